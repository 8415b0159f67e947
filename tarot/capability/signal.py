"""How many groups of a phase would carry a gradient, and how much of one.

A group whose completions all earn the same reward has advantage 0 everywhere. What follows from
the joint patterns of one problem, and why pooled tier means do not do, is derived in
docs/signal.md. This says whether a phase is fed, not whether a curriculum pays.

A law is a mapping from each distinct reward to its mass; counts of samples are one, too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, fsum, prod
from statistics import fmean

from tarot.capability.outcomes import PatternCount, ProblemOutcomes
from tarot.curriculum import code_reward
from tarot.metrics.steps import REWARD_DIGITS
from tarot.types import Tier, TierWeights

Law = Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Signal:
    """The mean expected share of groups with variance, and what it was estimated from.

    `num_skipped` problems have no active tier or fewer than two judged samples. With no problem
    left the share is 0.
    """

    share: float
    num_problems: int
    num_skipped: int


def reward_counts(
    problem: ProblemOutcomes,
    weights: TierWeights,
    format_weight: float = 0.0,
    normalize: bool = True,
) -> Counter[float] | None:
    """How many samples earned each reward, or None where no tier of the problem is active.

    The reward is the code reward, plus `format_weight` for a sample that kept the format.
    """
    counts: Counter[float] = Counter()
    for pattern in problem.patterns:
        reward = code_reward(pattern.passes, weights, normalize)
        if reward is None:
            return None
        reward += format_weight if pattern.formatted else 0.0
        counts[round(reward, REWARD_DIGITS)] += pattern.count
    return counts


def constant_share(law: Law, group_size: int) -> float:
    """P0, the probability that all completions of a group earn the same: sum of q^G."""
    total = fsum(law.values())
    return fsum((mass / total) ** group_size for mass in law.values())


def constant_share_estimate(counts: Mapping[float, int], group_size: int) -> float:
    """P0 from k samples without bias: the sum of C(n, G) / C(k, G), the constant G-subsets' share.

    Raises:
        ValueError: with fewer samples than `group_size`, from which nothing is without bias.
    """
    num_samples = sum(counts.values())
    if num_samples < group_size:
        raise ValueError(f"{num_samples} samples hold no group of {group_size}")
    return sum(comb(count, group_size) for count in counts.values()) / comb(num_samples, group_size)


def reward_variance(law: Law) -> float:
    """Var R of one completion's reward."""
    total = fsum(law.values())
    mean = fsum(reward * mass for reward, mass in law.items()) / total
    return fsum((reward - mean) ** 2 * mass for reward, mass in law.items()) / total


def tier_variance(patterns: Sequence[PatternCount], weights: TierWeights) -> float:
    """Var R of the normalised code reward from how often tiers pass, alone and in pairs.

    The sum over all pairs of tiers, each with itself among them, of u_s u_t (p_st - p_s p_t),
    where u is the share of the active weight. It holds for a weighted sum alone, not under
    `all_must_pass`. Raises KeyError for a problem that lacks an active tier.
    """
    tiers = [tier for tier in Tier if weights.weights.get(tier, 0.0) > 0]
    active_weight = fsum(weights.weights[tier] for tier in tiers)
    share = {tier: weights.weights[tier] / active_weight for tier in tiers}
    mean = {tier: _mean_product(patterns, (tier,)) for tier in tiers}
    return fsum(
        share[s] * share[t] * (_mean_product(patterns, (s, t)) - mean[s] * mean[t])
        for s in tiers
        for t in tiers
    )


def scaled_power(p0: float, group_size: int) -> float:
    """The expected mean of A^2 in a group under `scale_rewards=group`: (G - 1) / G (1 - P0).

    Advantages are divided by the group's own deviation, so weights matter only through ties.
    """
    return (group_size - 1) / group_size * (1 - p0)


def unscaled_power(variance: float, group_size: int) -> float:
    """The expected mean of A^2 in a group under `scale_rewards=none`: (G - 1) / G Var R."""
    return (group_size - 1) / group_size * variance


def varied_share(
    problem: ProblemOutcomes,
    weights: TierWeights,
    group_size: int,
    format_weight: float = 0.0,
    normalize: bool = True,
) -> float | None:
    """The probability that a group of the problem has variance, or None where nothing tells.

    With k < `group_size` judged samples it is the probability for groups of k, which is lower.
    """
    counts = reward_counts(problem, weights, format_weight, normalize)
    if counts is None or counts.total() < 2:
        return None
    return 1 - constant_share_estimate(counts, min(group_size, counts.total()))


def mean_signal(shares: Sequence[float | None]) -> Signal:
    """The mean over the problems that have a share."""
    known = [share for share in shares if share is not None]
    return Signal(fmean(known) if known else 0.0, len(known), len(shares) - len(known))


def _mean_product(patterns: Sequence[PatternCount], tiers: Sequence[Tier]) -> float:
    """The mean over the samples of the product of the tiers' shares."""
    total = sum(pattern.count for pattern in patterns)
    return (
        fsum(pattern.count * prod(pattern.passes[tier] for tier in tiers) for pattern in patterns)
        / total
    )
