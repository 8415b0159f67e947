"""Learning progress: how far a pass rate moved between two sets of groups, and how surely."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True, slots=True)
class Sums:
    """The groups' pass rates of some steps as count, sum and sum of squares."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, parts: Iterable["Sums"]) -> "Sums":
        """All of them together."""
        listed = list(parts)
        return cls(
            sum(part.count for part in listed),
            fsum(part.total for part in listed),
            fsum(part.squares for part in listed),
        )

    def with_values(self, values: Sequence[float]) -> "Sums":
        """With the rates of more groups."""
        return Sums(
            self.count + len(values),
            self.total + fsum(values),
            self.squares + fsum(value * value for value in values),
        )

    @property
    def mean(self) -> float | None:
        """The mean rate, None of nothing."""
        return self.total / self.count if self.count else None

    @property
    def variance_of_mean(self) -> float:
        """The squared standard error of the mean, with one imagined group of variance 1/4.

        Without it a few groups that agree, such as of a tier that nothing passes yet, would make
        any later change certain. Needs at least one group.
        """
        spread = self.squares - self.total**2 / self.count
        return (max(spread, 0.0) + 0.25) / (self.count + 1) / self.count


@dataclass(frozen=True, slots=True)
class Progress:
    """The difference of two mean rates and its standard error."""

    difference: float
    error: float


def progress_between(earlier: Sums, recent: Sums) -> Progress | None:
    """From the earlier to the recent groups; None where one of them has no group.

    The standard error counts groups as independent, so the luck of the drawn problems is in it.
    """
    before, after = earlier.mean, recent.mean
    if before is None or after is None:
        return None
    error = math.sqrt(earlier.variance_of_mean + recent.variance_of_mean)
    return Progress(after - before, error)
