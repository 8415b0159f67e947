"""A metric of the step logs over training, run by run."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from statistics import fmean

from experiments.paper.grid import Grid, Row
from experiments.paper.reading import Entry
from tarot.runs import RunDirectory

END_SHARE = 0.1
"""How much of a run's steps the figures for its beginning and its end are means of."""


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
    def beginning(self) -> float:
        """The mean over the first tenth of the steps, NaN of nothing."""
        return _mean(self.values[: self._num_end])

    @property
    def end(self) -> float:
        """The mean over the last tenth of the steps."""
        return _mean(self.values[-self._num_end :])

    @property
    def _num_end(self) -> int:
        return max(1, round(END_SHARE * len(self.values)))


def read_curves(grid: Grid, metric: str) -> list[Curve]:
    """The curve of each run of a grid that has a log, all NaN where that has no such metric."""
    return [
        curve
        for row, found in grid.rows.items()
        for entry in found.values()
        if entry.setting is not None and (curve := _curve(row, entry, metric))
    ]


def _curve(row: Row, entry: Entry, metric: str) -> Curve | None:
    lines = list(RunDirectory(entry.path).log.steps())
    if not lines:
        return None
    steps = tuple(int(line["step"]) for line in lines)
    return Curve(row, entry, steps, tuple(_number(line.get(metric)) for line in lines))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else nan


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not isnan(value)]
    return fmean(known) if known else nan
