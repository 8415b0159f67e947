"""A run's last completions by their length, with the share of tests that each length passes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from experiments.paper.curves import end_length
from experiments.paper.grid import Grid, Row
from experiments.paper.reading import Entry
from tarot.metrics import Estimate, clustered_mean
from tarot.runs import RunDirectory
from tarot.runs.rollouts import rollout_table
from tarot.types import Verdict

NUM_BINS = 8
COLUMNS = ("step", "problem_id", "num_tokens", "results")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Completions:
    """The judged completions of a run's last steps whose length is known, one entry each.

    `passed` is the share of its tests that a completion passes.
    """

    problems: Sequence[str]
    tokens: Floats
    passed: Floats


@dataclass(frozen=True, slots=True)
class Bin:
    """Completions of a similar length in tokens, from `low` to `high`, `mean` in the mean.

    The interval of `passed` is clustered by problem; its `num_samples` counts the completions.
    """

    low: int
    high: int
    mean: float
    passed: Estimate


@dataclass(frozen=True, slots=True)
class Binned:
    """The bins of one run, from the shortest completions to the longest."""

    row: Row
    entry: Entry
    bins: tuple[Bin, ...]


def read_binned(grid: Grid) -> list[Binned]:
    """The bins of each run of a grid that has rollouts with lengths."""
    return [
        Binned(row, entry, bins)
        for row, found in grid.rows.items()
        for entry in found.values()
        if entry.setting is not None and (bins := bins_of(last_completions(entry)))
    ]


def last_completions(entry: Entry) -> Completions:
    """Those of the last tenth of a run's steps, without any that the infrastructure lost."""
    run = RunDirectory(entry.path)
    table = rollout_table(run, COLUMNS)
    steps = sorted(run.rollout_files())
    if steps:
        first = steps[-end_length(len(steps))]
        table = table.filter(pc.greater_equal(table["step"], first))
    table = table.filter(pc.is_valid(table["num_tokens"]))
    passed = _passed(table["results"].combine_chunks(), len(table))
    known = ~np.isnan(passed)
    problems = np.array(table["problem_id"].to_pylist(), dtype=object)[known]
    tokens = np.asarray(table["num_tokens"].to_numpy(), np.float64)[known]
    return Completions(problems.tolist(), tokens, passed[known])


def bins_of(completions: Completions, num_bins: int = NUM_BINS) -> tuple[Bin, ...]:
    """Bins with about equally many completions; those of one length are in one bin."""
    tokens = completions.tokens
    if not len(tokens):
        return ()
    edges = np.unique(np.quantile(tokens, np.linspace(0, 1, num_bins + 1)[1:-1]))
    places = np.searchsorted(edges, tokens, side="left")
    return tuple(_bin(completions, places == place) for place in np.unique(places))


def _bin(completions: Completions, is_in: NDArray[np.bool_]) -> Bin:
    problems: defaultdict[str, list[float]] = defaultdict(list)
    for place in np.flatnonzero(is_in).tolist():
        problems[completions.problems[place]].append(float(completions.passed[place]))
    tokens = completions.tokens[is_in]
    return Bin(int(tokens.min()), int(tokens.max()), float(tokens.mean()), clustered_mean(problems))


def _passed(results: Any, num_rows: int) -> Floats:
    """The share of each row's tests that passed, NaN without tests or with one that was lost."""
    verdicts = pc.struct_field(pc.list_flatten(results), "verdict")
    rows = np.asarray(pc.list_parent_indices(results).to_numpy(zero_copy_only=False), np.int64)
    accepted = _count(rows, pc.equal(verdicts, Verdict.ACCEPTED.value), num_rows)
    lost = _count(rows, pc.equal(verdicts, Verdict.INFRASTRUCTURE.value), num_rows)
    tests = np.bincount(rows, minlength=num_rows).astype(np.float64)
    tests[(lost > 0) | (tests == 0)] = np.nan
    return accepted / tests


def _count(rows: NDArray[np.int64], is_so: Any, num_rows: int) -> Floats:
    weights = np.asarray(is_so.to_numpy(zero_copy_only=False), np.float64)
    return np.bincount(rows, weights=weights, minlength=num_rows).astype(np.float64)
