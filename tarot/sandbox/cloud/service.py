"""What a provider of sandboxes has to offer; every failure of it is a `Failure`."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Listed:
    """A sandbox of the account, and what its creator noted on it."""

    id: str
    metadata: dict[str, str]


class Service(Protocol):
    """An account with a provider; sandboxes and contexts are whatever its SDK has for them."""

    async def create(self, metadata: dict[str, str], request: str) -> Any:
        """A new sandbox, with a `sandbox_id`; the same one for the same request."""

    async def renew(self, sandbox: Any) -> None:
        """Put off the end of the sandbox's life."""

    async def kill(self, sandbox_id: str) -> None:
        """End a sandbox; one that is gone is as good."""

    def listed(self, metadata: dict[str, str]) -> AsyncIterator[Listed]:
        """The account's sandboxes with this metadata."""

    async def new_context(self, sandbox: Any) -> Any:
        """An interpreter of its own in the sandbox."""

    async def remove_context(self, sandbox: Any, context: Any) -> None:
        """End an interpreter."""

    async def execute(
        self,
        sandbox: Any,
        context: Any,
        code: str,
        say: Callable[[str, object], None],
        patience_s: float,
    ) -> None:
        """Run code in a context; `say` is told what it prints, in pieces with their times.

        Who calls it gives it up when it has been told nothing for `patience_s`.
        """
