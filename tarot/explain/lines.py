"""The lines of a run's log by step, as numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of metrics in order of step; of a step with two the last counts."""

    by_step: Mapping[int, Mapping[str, Any]]

    @classmethod
    def of(cls, lines: Iterator[Mapping[str, Any]]) -> "Lines":
        """Sort them."""
        found = {int(line["step"]): line for line in lines}
        return cls(dict(sorted(found.items())))

    def during(self, first: int, following: int) -> list[Mapping[str, Any]]:
        """The lines that speak of the steps from `first` up to the one before `following`.

        Where not every step has one, it is the next that speaks of them.
        """
        found = [line for step, line in self.by_step.items() if first <= step < following]
        later = (line for step, line in self.by_step.items() if step >= following)
        return found or list(islice(later, 1))

    def series(self, key: str) -> dict[int, float]:
        """A metric by step, without steps for which there is no number."""
        return {
            step: float(line[key])
            for step, line in self.by_step.items()
            if isinstance(line.get(key), int | float)
        }

    def has(self, key: str) -> bool:
        """Whether any step has a number."""
        return bool(self.series(key))

    def mean(self, key: str) -> float | None:
        """Over the steps that have a number; None without any."""
        values: Sequence[float] = list(self.series(key).values())
        return sum(values) / len(values) if values else None


def number(line: Mapping[str, Any], key: str) -> float | None:
    """A metric of one line, None where it has none."""
    value = line.get(key)
    return float(value) if isinstance(value, int | float) else None
