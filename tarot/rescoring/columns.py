"""A run's rollouts as arrays, for computing on all rows at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from tarot.runs.columns import (
    Flags,
    Floats,
    Indices,
    codes_of,
    column_of,
    entries_of,
    flags_of,
    floats_of,
    integers_of,
)
from tarot.types import Policy, Tier, TierWeights, Verdict, WithinTier

N = TypeVar("N", np.float64, np.int64)
T = TypeVar("T")

COLUMNS = ("step", "progress", "group", "results", "reward", "parts", "weights", "all_must_pass")

_ABSENT = -np.inf


@dataclass(frozen=True, slots=True)
class Coded(Generic[T]):
    """A column as its distinct values, of which there are few, and the number of each row's."""

    values: tuple[T, ...]
    of: Indices


Schedule = Coded[TierWeights]
"""The weights in force when each row was generated."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The share of accepted tests per tier, and whether no test was lost to the infrastructure."""

    passes: Coded[Mapping[Tier, float]]
    is_judged: Flags


@dataclass(frozen=True, slots=True)
class Columns:
    """What the log holds of each row, in the order of steps and batches.

    `groups` numbers the groups over the whole run; `rewards` is NaN for a row that was left out of
    training, whose `parts` are empty.
    """

    steps: Indices
    progress: Floats
    groups: Indices
    rewards: Floats
    parts: Coded[Mapping[str, float]]
    schedule: Schedule


def read_columns(table: Any) -> Columns:
    """The columns of a table that holds `COLUMNS`."""
    steps = integers_of(table["step"])
    _, groups = distinct_rows(np.stack([steps, integers_of(table["group"])], axis=1))
    return Columns(
        steps=steps,
        progress=floats_of(table["progress"]),
        groups=groups,
        rewards=floats_of(table["reward"]),
        parts=_parts(table),
        schedule=_schedule(table),
    )


def read_verdicts(table: Any, within_tier: WithinTier = WithinTier.MEAN) -> Verdicts:
    """What the results of a table say; `within_tier` is the data's."""
    tests, rows = entries_of(table, "results")
    tiers = codes_of(tests.field("tier"), list(Tier))
    is_counted = tiers >= 0
    is_accepted = _is(tests.field("verdict"), Verdict.ACCEPTED)
    is_lost = _is(tests.field("verdict"), Verdict.INFRASTRUCTURE)
    places, num_places = rows * len(Tier) + tiers, len(table) * len(Tier)
    counts = [
        np.bincount(places[chosen], minlength=num_places).reshape(-1, len(Tier))
        for chosen in (is_counted, is_counted & is_accepted)
    ]
    distinct, of = distinct_rows(np.concatenate(counts, axis=1))
    return Verdicts(
        passes=Coded(tuple(_shares(row, within_tier) for row in distinct.tolist()), of),
        is_judged=np.bincount(rows[is_lost], minlength=len(table)) == 0,
    )


def schedule_of(policy: Policy, progress: Floats) -> Schedule:
    """The weights that a policy has at each row's progress."""
    moments, place = np.unique(progress, return_inverse=True)
    weights: list[TierWeights] = []
    numbers: list[int] = []
    for moment in moments.tolist():
        current = policy.at(moment)
        if not weights or weights[-1] != current:
            weights.append(current)
        numbers.append(len(weights) - 1)
    return Coded(tuple(weights), np.array(numbers, dtype=np.int64)[place])


def same_schedule(one: Schedule, other: Schedule) -> bool:
    """Whether each row has the same weights in both."""
    pairs, _ = distinct_rows(np.stack([one.of, other.of], axis=1))
    return all(one.values[mine] == other.values[theirs] for mine, theirs in pairs.tolist())


def distinct_rows(matrix: NDArray[N]) -> tuple[NDArray[N], Indices]:
    """The distinct rows of a matrix without NaN, and the number of each row's."""
    distinct, of = np.unique(matrix, axis=0, return_inverse=True)
    return distinct, of.reshape(-1)


def _shares(counts: Sequence[int], within_tier: WithinTier) -> dict[Tier, float]:
    """As `Grade.passes` has them, from the numbers of tests and then of accepted ones per tier."""
    totals, passed = counts[: len(Tier)], counts[len(Tier) :]
    is_whole = within_tier is WithinTier.ALL
    return {
        tier: float(right == total) if is_whole else right / total
        for tier, total, right in zip(Tier, totals, passed, strict=True)
        if total
    }


def _parts(table: Any) -> Coded[Mapping[str, float]]:
    entries, rows = entries_of(table, "parts")
    names = sorted(pc.unique(entries.field(0)).to_pylist())
    matrix = np.full((len(table), len(names)), _ABSENT)
    columns = codes_of(entries.field(0), names)
    matrix[rows, columns] = floats_of(entries.field(1))
    distinct, of = distinct_rows(matrix)
    return Coded(tuple(_present(names, row) for row in distinct.tolist()), of)


def _schedule(table: Any) -> Schedule:
    weights = [floats_of(column) for column in column_of(table, "weights").flatten()]
    all_must_pass = floats_of(column_of(table, "all_must_pass"))
    matrix = np.stack([*weights, all_must_pass], axis=1)
    distinct, of = distinct_rows(np.where(np.isnan(matrix), _ABSENT, matrix))
    values = (TierWeights(_present(list(Tier), row[:-1]), row[-1] > 0) for row in distinct.tolist())
    return Coded(tuple(values), of)


def _present(names: Sequence[T], values: Sequence[float]) -> dict[T, float]:
    return {name: value for name, value in zip(names, values, strict=True) if value != _ABSENT}


def _is(verdicts: Any, verdict: Verdict) -> Flags:
    return flags_of(pc.equal(verdicts, verdict.value))
