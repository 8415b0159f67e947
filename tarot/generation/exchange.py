"""What is asked of a model, what comes back, and who carries it: the words of `generator`.

A request is known by its `custom_id` alone. What the ledger holds an answer to is not sent again,
so whoever asks numbers its attempts and changes the prompt's hash with the prompt.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from tarot.types import Tier, UserError


class BudgetExceeded(UserError):
    """What is left of the budget doesn't cover the worst case of the next request."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model, to be answered as JSON under a strict schema.

    `prompt_hash` is that of the prompt's files; `tier` is None where a question isn't about one.
    `schema_name` is letters, digits, dashes and underscores, 64 at most.
    """

    problem_id: str
    tier: Tier | None
    attempt: int
    model: str
    prompt_hash: str
    instructions: str
    question: str
    schema: Mapping[str, Any]
    schema_name: str
    max_output_tokens: int

    @property
    def custom_id(self) -> str:
        """The same for the same problem, tier, model, prompt and attempt; 46 characters."""
        parts = (self.problem_id, self.tier, self.model, self.prompt_hash, self.attempt)
        return "tarot-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counts them.

    Cached ones are among those of the input, and those of reasoning among the output's.
    """

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0


class End(StrEnum):
    """How an answer ended; all but the last are paid for and kept."""

    COMPLETE = "complete"
    """The model said all; whether it is JSON of the schema is for the reader to check."""

    TRUNCATED = "truncated"
    """`max_output_tokens` were used up; `text` is as far as it came."""

    REFUSED = "refused"
    """The model, or a filter of the service, declined; `cause` says with which words."""

    FAILED = "failed"
    """The service gave no answer, however often it was asked; a later run asks again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request; `cause` is empty for a complete one.

    `model_snapshot` is the model's dated name as the service gives it, empty for a failed request.
    """

    request: Request
    end: End
    text: str
    cause: str
    model_snapshot: str
    usage: Usage
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What requests would take; those that the ledger has answers to are not among them.

    `input_tokens` is an upper bound, `max_output_tokens` the sum of the requests' limits, and
    `max_cost_usd` what both cost. Of such requests none can cost more.
    """

    num_requests: int
    input_tokens: int
    max_output_tokens: int
    max_cost_usd: float


class Exchange(Protocol):
    """Carries requests to models, and answers back, over one ledger."""

    @property
    def spent_usd(self) -> float:
        """What all requests of the ledger have cost so far, those of earlier processes included."""

    def ask(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """One answer per request, as they come, in any order; the ledger's own first.

        Every request that the budget covers is sent. BudgetExceeded is raised for the others when
        the rest is answered, and UserError where the service can't be used at all. Whoever stops
        iterating loses nothing: the same requests, asked again, go on.
        """

    def estimate(self, requests: Sequence[Request]) -> Estimate:
        """What `requests` would take, without the key and without asking anybody."""


class Generator(Protocol):
    """A way to reach models; the nodes of the group `generator` are made into one."""

    def check_environment(self) -> None:
        """UserError where the key or a package is missing, before anything is started."""

    def check_models(self, models: Sequence[str]) -> None:
        """UserError for a model without a price."""

    def open(self, folder: Path) -> AbstractContextManager[Exchange]:
        """An exchange whose ledger is in `folder`; UserError while another process has it open."""
