"""Which completions can be read in a page: a sample in which what is rare is not lost.

Each completion belongs to a stratum: the tenth of the run that it is from, and the rarest pair of
tier and verdict among its tests. The strata give equally many, as far as they have them, in an
order that is drawn once from a fixed seed.
"""

from dataclasses import dataclass

import numpy as np

from tarot.report.tally import TIERS, VERDICTS, Rollouts
from tarot.runs.columns import Indices

NUM_STRETCHES = 10
SEED = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of the rollouts that are shown, in their order, and from how many strata."""

    rows: Indices
    num_strata: int
    num_rollouts: int

    @property
    def is_whole(self) -> bool:
        """Whether every rollout is shown."""
        return len(self.rows) == self.num_rollouts


def draw_sample(rollouts: Rollouts, size: int) -> Sample:
    """At most `size` rollouts; which ones depends on the rollouts alone."""
    strata = _strata(rollouts)
    num_strata = len(np.unique(strata))
    if len(rollouts) <= size:
        return Sample(np.arange(len(rollouts)), num_strata, len(rollouts))
    drawn = np.random.default_rng(SEED).permutation(len(rollouts))
    by_turn = drawn[np.argsort(_turns(strata[drawn]), kind="stable")]
    return Sample(np.sort(by_turn[:size]), num_strata, len(rollouts))


def _strata(rollouts: Rollouts) -> Indices:
    tests = rollouts.tests
    pairs = tests.tiers * len(VERDICTS) + tests.verdicts
    counts = np.bincount(pairs, minlength=len(TIERS) * len(VERDICTS))
    # The rarest pair has the least count; of pairs equally rare the one with the lower number.
    rarity = np.argsort(np.argsort(counts, kind="stable"), kind="stable")
    rarest = np.full(len(rollouts), len(rarity), dtype=np.int64)
    np.minimum.at(rarest, tests.rows, rarity[pairs])
    return _stretches(rollouts.steps) * (len(rarity) + 1) + rarest


def _stretches(steps: Indices) -> Indices:
    if not len(steps):
        return steps
    places = (steps - steps.min()) * NUM_STRETCHES // (int(np.ptp(steps)) + 1)
    return np.asarray(places, np.int64)


def _turns(strata: Indices) -> Indices:
    """How many of the same stratum come before each."""
    order = np.argsort(strata, kind="stable")
    starts = np.flatnonzero(np.diff(strata[order], prepend=-1))
    lengths = np.diff(np.append(starts, len(strata)))
    turns = np.empty(len(strata), dtype=np.int64)
    turns[order] = np.arange(len(strata)) - np.repeat(starts, lengths)
    return turns
