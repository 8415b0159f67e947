"""A run's rollouts counted in columns, without making an object of any."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tarot.runs import RunDirectory
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
from tarot.runs.rollouts import rollout_table
from tarot.types import Tier, Verdict

COLUMNS = ("step", "problem_id", "results", "reward", "truncated", "num_tokens", "selected")
TIERS: tuple[Tier | None, ...] = (*Tier, None)
VERDICTS = tuple(Verdict)
_ACCEPTED, _LOST = VERDICTS.index(Verdict.ACCEPTED), VERDICTS.index(Verdict.INFRASTRUCTURE)


@dataclass(frozen=True, slots=True)
class Tests:
    """Every test of every rollout: the row it belongs to, and the places of tier and verdict.

    Of `TIERS` and of `VERDICTS`; times are in wall seconds.
    """

    __test__ = False

    rows: Indices
    tiers: Indices
    verdicts: Indices
    wall_s: Floats


@dataclass(frozen=True, slots=True)
class Rollouts:
    """What is counted of each rollout, in the order of steps and batches; NaN for no reward.

    `places` are the rows' places in the file of their step.
    """

    steps: Indices
    places: Indices
    problems: Indices
    num_problems: int
    rewards: Floats
    truncated: Flags
    num_tokens: Floats
    is_selected: Flags
    tests: Tests

    def __len__(self) -> int:
        """How many rollouts there are."""
        return len(self.steps)

    @property
    def is_solved(self) -> Flags:
        """Whether a rollout has tests and passes all of them."""
        num_failed = self._count(self.tests.verdicts != _ACCEPTED)
        num_tests = self._count(self.tests.verdicts >= 0)
        return np.asarray((num_failed == 0) & (num_tests > 0), np.bool_)

    @property
    def is_judged(self) -> Flags:
        """Whether no test of a rollout was lost to the infrastructure."""
        return np.asarray(self._count(self.tests.verdicts == _LOST) == 0, np.bool_)

    def _count(self, chosen: Flags) -> Indices:
        return np.bincount(self.tests.rows[chosen], minlength=len(self))


def read_rollout_columns(run: RunDirectory) -> Rollouts:
    """The rollouts of a run, without their texts."""
    table = rollout_table(run, COLUMNS)
    entries, rows = entries_of(table, "results")
    steps = integers_of(table["step"])
    ids = column_of(table, "problem_id").dictionary_encode()
    return Rollouts(
        steps=steps,
        places=_places(steps),
        problems=integers_of(ids.indices),
        num_problems=len(ids.dictionary),
        rewards=floats_of(table["reward"]),
        truncated=flags_of(table["truncated"]),
        num_tokens=floats_of(table["num_tokens"]),
        is_selected=flags_of(table["selected"].fill_null(True)),
        tests=Tests(
            rows=rows,
            tiers=codes_of(entries.field("tier"), list(Tier)) % len(TIERS),
            verdicts=codes_of(entries.field("verdict"), list(VERDICTS)),
            wall_s=floats_of(entries.field("wall_s")),
        ),
    )


def verdict_table(rollouts: Rollouts) -> Iterator[tuple[str, ...]]:
    """For each verdict that occurs its share of each tier's tests, and how many there are."""
    tests = rollouts.tests
    codes = tests.verdicts * len(TIERS) + tests.tiers
    counts = np.bincount(codes, minlength=len(VERDICTS) * len(TIERS)).reshape(len(VERDICTS), -1)
    totals = counts.sum(axis=0)
    yield ("tests", *(f"{total:,}" for total in totals))
    for verdict, row in zip(VERDICTS, counts, strict=True):
        if row.any():
            shares = zip(row, totals, strict=True)
            yield (
                verdict.value,
                *(f"{part / whole:.1%}" if whole else "-" for part, whole in shares),
            )
    yield ("99% of them within", *(_slow(tests, tier) for tier in range(len(TIERS))))


def facts_of(rollouts: Rollouts) -> Iterator[str]:
    """What there is to say of all rollouts, a sentence each."""
    if not len(rollouts):
        return
    is_solved = rollouts.is_solved
    num_lost = int(np.count_nonzero(~rollouts.is_judged))
    num_rewarded = int(np.count_nonzero(~np.isnan(rollouts.rewards)))
    yield (
        f"{len(rollouts):,} completions of {rollouts.num_problems:,} problems in "
        f"{len(np.unique(rollouts.steps)):,} steps."
    )
    cut_off = rollouts.truncated.mean()
    yield f"{is_solved.mean():.1%} pass their whole suite, {cut_off:.1%} were cut off."
    yield f"{num_rewarded:,} were rewarded; {num_lost:,} could not be judged."
    yield _by_problem(rollouts.problems, is_solved)
    selected = rollouts.is_selected.mean()
    if selected < 1:
        yield f"{selected:.1%} are in an update; dynamic sampling left out the rest."


def _by_problem(problems: Indices, is_solved: Flags) -> str:
    tries = np.bincount(problems)
    solved = np.bincount(problems, weights=is_solved)
    never, always = int((solved == 0).sum()), int((solved == tries).sum())
    return (
        f"{never:,} problems were never solved, {always:,} at every try, "
        f"{len(tries) - never - always:,} at some."
    )


def _slow(tests: Tests, tier: int) -> str:
    times_s = tests.wall_s[(tests.tiers == tier) & (tests.wall_s > 0)]
    return f"{np.quantile(times_s, 0.99):.3g} s" if len(times_s) else "-"


def _places(steps: Indices) -> Indices:
    """The place of each row among those of its step, which stand together."""
    starts = np.flatnonzero(np.diff(steps, prepend=-1))
    lengths = np.diff(np.append(starts, len(steps)))
    return np.arange(len(steps)) - np.repeat(starts, lengths)
