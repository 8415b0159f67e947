"""What a policy's rewards amount to: means, curves, groups without variance, and agreement."""

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from tarot.metrics.steps import REWARD_DIGITS
from tarot.runs.columns import Flags, Floats, Indices

# As TRL has it: advantages are divided by the group's deviation plus this.
_EPSILON = 1e-4


@dataclass(frozen=True, slots=True)
class Curves:
    """A policy's mean reward and its share of groups without variance at each step of `steps`.

    A step without a rewarded completion has the reward NaN.
    """

    steps: tuple[int, ...]
    rewards: tuple[float, ...]
    zero_variance: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PolicySummary:
    """A policy over the whole run; NaN where nothing was rewarded.

    `start`, `middle` and `end` are mean rewards over a third of the steps each, at least one.
    `rank_correlation` is Spearman's, of the advantages with those of the run, over the completions
    that both reward; NaN where one of the two has no variance.
    """

    policy: str
    num_rewarded: int
    reward: float
    start: float
    middle: float
    end: float
    zero_variance: float
    rank_correlation: float
    curves: Curves


def summarize(
    policy: str, rewards: Floats, original: Floats, steps: Indices, groups: Indices
) -> PolicySummary:
    """Summarize `rewards` beside the `original` ones; every array is (rows,)."""
    distinct_steps, step_of = np.unique(steps, return_inverse=True)
    num_steps, width = len(distinct_steps), max(1, round(len(distinct_steps) / 3))
    begins = (0, (num_steps - width) // 2, num_steps - width)
    start, middle, end = (
        _mean(rewards[(step_of >= begin) & (step_of < begin + width)]) for begin in begins
    )
    varied = _varied(rewards, groups)
    return PolicySummary(
        policy=policy,
        num_rewarded=int(np.count_nonzero(~np.isnan(rewards))),
        reward=_mean(rewards),
        start=start,
        middle=middle,
        end=end,
        zero_variance=float(np.mean(~varied)),
        rank_correlation=_rank_correlation(
            advantages(rewards, groups), advantages(original, groups)
        ),
        curves=_curves(rewards, varied, distinct_steps, step_of, groups),
    )


def advantages(rewards: Floats, groups: Indices) -> Floats:
    """Rewards less their group's mean, over its standard deviation, as `scale_rewards=group`.

    Of a reward whose parts training normalises each by itself, it is their weighted sum.

    0 throughout a group without variance, and NaN where the reward is. Rewards that differ by
    rounding alone have equal advantages.
    """
    rounded = np.round(rewards, REWARD_DIGITS)
    sums, counts = _sums(rounded, groups)
    centred = rounded - (sums / np.maximum(counts, 1))[groups]
    squares, _ = _sums(centred**2, groups)
    deviations = np.sqrt(squares / np.maximum(counts - 1, 1))
    scaled = np.round(centred / (deviations[groups] + _EPSILON), REWARD_DIGITS)
    return np.where(_varied(rewards, groups)[groups] | np.isnan(rewards), scaled, 0.0)


def _curves(
    rewards: Floats, varied: Flags, steps: Indices, step_of: Indices, groups: Indices
) -> Curves:
    sums, counts = _sums(rewards, step_of)
    _, first_rows = np.unique(groups, return_index=True)
    step_of_group = step_of[first_rows]
    num_groups = np.bincount(step_of_group)
    num_constant = np.bincount(step_of_group, weights=~varied)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), nan)
    return Curves(
        steps=tuple(steps.tolist()),
        rewards=tuple(means.tolist()),
        zero_variance=tuple((num_constant / num_groups).tolist()),
    )


def _varied(rewards: Floats, groups: Indices) -> Flags:
    """Whether each group has two rewards that differ by more than rounding."""
    is_rewarded = ~np.isnan(rewards)
    values, places = np.round(rewards[is_rewarded], REWARD_DIGITS), groups[is_rewarded]
    lowest, highest = (np.full(groups.max() + 1, bound) for bound in (np.inf, -np.inf))
    np.minimum.at(lowest, places, values)
    np.maximum.at(highest, places, values)
    return np.asarray(highest > lowest)


def _sums(values: Floats, places: Indices) -> tuple[Floats, Indices]:
    """The sum and the number of the values at each place, those that are NaN left out."""
    known = ~np.isnan(values)
    num_places = int(places.max()) + 1
    sums = np.bincount(places[known], values[known], num_places)
    return sums.astype(np.float64), np.bincount(places[known], minlength=num_places)


def _rank_correlation(one: Floats, other: Floats) -> float:
    both = ~np.isnan(one) & ~np.isnan(other)
    if not both.any() or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return nan
    return float(stats.spearmanr(one[both], other[both]).statistic)


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else nan
