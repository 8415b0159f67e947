"""How a service is reached, and what is known of its batches."""

import importlib.util
from dataclasses import dataclass, field

from tarot.config.keys import key_in
from tarot.types import UserError

VARIABLE = "OPENAI_API_KEY"
_OPEN = frozenset(("validating", "in_progress", "finalizing", "cancelling"))


@dataclass(frozen=True, slots=True)
class Access:
    """Where a service is and how it is called; the key shows in no representation."""

    key: str = field(repr=False)
    base_url: str | None
    timeout_s: float
    max_retries: int


@dataclass(frozen=True, slots=True)
class Batch:
    """How a batch stands; `files` are those of its output and its errors, as far as there are any.

    `causes` are code and message of what was wrong with its request file.
    """

    id: str
    status: str
    files: tuple[str, ...] = ()
    causes: tuple[tuple[str, str], ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status not in _OPEN


def access(base_url: str | None, timeout_s: float, max_retries: int) -> Access:
    """How to reach an account; UserError where its key or the SDK is missing.

    Nothing of the SDK is imported.
    """
    advice = "export the key of an account, or any word for a server that asks for none"
    key = key_in(VARIABLE, "generator", advice)
    if importlib.util.find_spec("openai") is None:
        raise UserError("generator: openai is not installed; run: pip install openai")
    return Access(key, base_url, timeout_s, max_retries)
