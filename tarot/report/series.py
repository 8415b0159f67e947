"""What a run's log says of each step, as arrays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from tarot.runs.columns import Floats, Indices

MAX_POINTS = 400


@dataclass(frozen=True, slots=True)
class Series:
    """The values of each metric at each of `steps`, NaN where a step has none.

    `width` steps are one point, the mean of what they have; its step is their last.
    """

    steps: Indices
    values: Mapping[str, Floats]
    width: int = 1

    def has(self, key: str) -> bool:
        """Whether any step has a value."""
        return key in self.values and not bool(np.isnan(self.values[key]).all())

    def first(self, key: str) -> float:
        """The first value that there is; the metric must have one."""
        values = self.values[key]
        return float(values[~np.isnan(values)][0])

    def last(self, key: str) -> float:
        """The last value that there is; the metric must have one."""
        values = self.values[key]
        return float(values[~np.isnan(values)][-1])


def read_series(lines: Iterable[Mapping[str, Any]]) -> Series:
    """The series of lines of a log that hold metrics; of a step with two lines the last counts."""
    by_step = {line["step"]: line for line in lines}
    steps = sorted(by_step)
    names = sorted(set(chain.from_iterable(by_step.values())) - {"step"})
    values = {
        name: np.array([_number(by_step[step].get(name)) for step in steps]) for name in names
    }
    return Series(np.array(steps, dtype=np.int64), _with_rates(values, np.array(steps)))


def thinned(series: Series, max_points: int = MAX_POINTS) -> Series:
    """At most so many points, each the mean of equally many steps of the log."""
    width = -(-len(series.steps) // max_points)
    if width <= 1:
        return series
    ends = [*range(width - 1, len(series.steps) - 1, width), len(series.steps) - 1]
    return Series(
        steps=series.steps[ends],
        values={name: _means(values, width) for name, values in series.values.items()},
        width=width,
    )


def _means(values: Floats, width: int) -> Floats:
    places = np.arange(len(values)) // width
    known = ~np.isnan(values)
    sums = np.bincount(places[known], values[known], places[-1] + 1)
    counts = np.bincount(places[known], minlength=places[-1] + 1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _with_rates(values: Mapping[str, Floats], steps: Indices) -> dict[str, Floats]:
    """With `throughput/tokens`, tokens read and written a second.

    From the trainer's running count of them, and the mean time of a step since the line before;
    the first line has none, nor one with which the count began anew.
    """
    rates = dict(values)
    if "num_tokens" in values and "step_time" in values and len(steps) > 1:
        tokens, times_s = np.diff(values["num_tokens"]), values["step_time"][1:] * np.diff(steps)
        is_known = (tokens > 0) & (times_s > 0)
        known = np.where(is_known, tokens / np.where(is_known, times_s, 1.0), np.nan)
        rates["throughput/tokens"] = np.concatenate([[np.nan], known])
    return rates


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan
