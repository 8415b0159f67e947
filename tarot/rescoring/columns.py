"""A run's rollouts as arrays, for computing on all rows at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from tarot.types import Policy, Tier, TierWeights, Verdict, WithinTier

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
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
    steps = _integers(table["step"])
    _, groups = distinct_rows(np.stack([steps, _integers(table["group"])], axis=1))
    return Columns(
        steps=steps,
        progress=_floats(table["progress"]),
        groups=groups,
        rewards=_floats(table["reward"]),
        parts=_parts(table),
        schedule=_schedule(table),
    )


def read_verdicts(table: Any, within_tier: WithinTier = WithinTier.MEAN) -> Verdicts:
    """What the results of a table say; `within_tier` is the data's."""
    tests, rows = _entries(table, "results")
    tiers = _integers(pc.index_in(tests.field("tier"), pa.array(list(Tier))).fill_null(-1))
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
    entries, rows = _entries(table, "parts")
    names = sorted(pc.unique(entries.field(0)).to_pylist())
    matrix = np.full((len(table), len(names)), _ABSENT)
    columns = _integers(pc.index_in(entries.field(0), pa.array(names, pa.string())))
    matrix[rows, columns] = _floats(entries.field(1))
    distinct, of = distinct_rows(matrix)
    return Coded(tuple(_present(names, row) for row in distinct.tolist()), of)


def _schedule(table: Any) -> Schedule:
    weights = [_floats(column) for column in _column(table, "weights").flatten()]
    all_must_pass = _column(table, "all_must_pass").to_numpy(zero_copy_only=False)
    matrix = np.stack([*weights, all_must_pass.astype(np.float64)], axis=1)
    distinct, of = distinct_rows(np.where(np.isnan(matrix), _ABSENT, matrix))
    values = (TierWeights(_present(list(Tier), row[:-1]), row[-1] > 0) for row in distinct.tolist())
    return Coded(tuple(values), of)


def _present(names: Sequence[T], values: Sequence[float]) -> dict[T, float]:
    return {name: value for name, value in zip(names, values, strict=True) if value != _ABSENT}


def _entries(table: Any, name: str) -> tuple[Any, Indices]:
    """The entries of a column of lists, and the row of each."""
    lists = _column(table, name)
    offsets = _integers(lists.offsets)
    entries = lists.values.slice(offsets[0], offsets[-1] - offsets[0])
    return entries, np.repeat(np.arange(len(table)), np.diff(offsets))


def _column(table: Any, name: str) -> Any:
    return table[name].combine_chunks()


def _is(verdicts: Any, verdict: Verdict) -> Flags:
    return np.asarray(pc.equal(verdicts, verdict.value).to_numpy(zero_copy_only=False), np.bool_)


def _floats(column: Any) -> Floats:
    """As numbers, NaN for null."""
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def _integers(column: Any) -> Indices:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.int64)
