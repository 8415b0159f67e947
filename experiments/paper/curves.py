"""A metric of the step logs over training, run by run."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from statistics import fmean

from experiments.paper.grid import Grid, Row
from experiments.paper.reading import Entry
from tarot.runs import RunDirectory

_END_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric of one run by step, NaN where a step could not measure it."""

    row: Row
    entry: Entry
    steps: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def is_known(self) -> bool:
        """Whether any step has the metric."""
        return not all(map(isnan, self.values))

    @property
    def has_ends(self) -> bool:
        """Whether the metric is known of the beginning and of the end."""
        return not isnan(self.beginning) and not isnan(self.end)

    @property
    def beginning(self) -> float:
        """The mean over the first tenth of the steps, NaN of nothing."""
        return known_mean(self.values[: self._num_end])

    @property
    def end(self) -> float:
        """The mean over the last tenth of the steps, NaN of nothing."""
        return known_mean(self.values[-self._num_end :])

    @property
    def _num_end(self) -> int:
        return end_length(len(self.values))


def end_length(num_steps: int) -> int:
    """How many of a run's steps its beginning and its end are each: a tenth, and one at least."""
    return max(1, round(_END_SHARE * num_steps))


def read_curves(grid: Grid, metric: str) -> list[Curve]:
    """The curve of each run of a grid that has a log, all NaN where that has no such metric."""
    return [
        curve
        for row, found in grid.rows.items()
        for entry in found.values()
        if entry.setting is not None and (curve := _curve(row, entry, metric))
    ]


def known_mean(values: Sequence[float]) -> float:
    """The mean of those that are known, NaN where none is."""
    known = [value for value in values if not isnan(value)]
    return fmean(known) if known else nan


def _curve(row: Row, entry: Entry, metric: str) -> Curve | None:
    lines = list(RunDirectory(entry.path).log.steps())
    if not lines:
        return None
    steps = tuple(int(line["step"]) for line in lines)
    return Curve(row, entry, steps, tuple(_number(line.get(metric)) for line in lines))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else nan
