"""What a hosted sandbox takes of its account: load, time and money."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class SandboxUsage:
    """What was taken in some time.

    `sandbox_s` sums the seconds of all sandboxes, whether they were busy or idle; `requests` are
    of every kind. `usd` is None where no price is given.
    """

    creations: int = 0
    requests: int = 0
    sandbox_s: float = 0.0
    usd: float | None = None

    def since(self, earlier: "SandboxUsage") -> "SandboxUsage":
        """What was taken since an earlier count of the same sandbox."""
        return SandboxUsage(
            self.creations - earlier.creations,
            self.requests - earlier.requests,
            self.sandbox_s - earlier.sandbox_s,
            None if self.usd is None else self.usd - (earlier.usd or 0.0),
        )

    def in_words(self) -> str:
        """All of it, for a person to read after a word for the sandboxes."""
        hours = self.sandbox_s / SECONDS_PER_HOUR
        taken = f"{self.creations:,} created, {hours:,.2f} hours, {self.requests:,} requests"
        return taken if self.usd is None else f"{taken}, about {self.usd:,.2f} USD"


def total(usages: Iterable[SandboxUsage]) -> SandboxUsage:
    """The sum of what several processes took, all of them with a price or none."""
    listed = list(usages)
    prices = [usage.usd for usage in listed if usage.usd is not None]
    return SandboxUsage(
        sum(usage.creations for usage in listed),
        sum(usage.requests for usage in listed),
        sum(usage.sandbox_s for usage in listed),
        sum(prices) if prices else None,
    )


@runtime_checkable
class MeteredSandbox(Protocol):
    """A sandbox that says what it takes of an account; a local one takes nothing and is none."""

    def usage(self) -> SandboxUsage:
        """What was taken since it was made."""
