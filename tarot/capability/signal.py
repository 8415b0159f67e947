"""How many groups of a phase would carry a gradient, estimated from a probe's samples.

A group whose completions all earn the same reward has zero advantage everywhere. Let a problem's
reward take value v with probability q_v; a group of G samples is without variance with
probability sum_v q_v^G. From k samples, of which n_v earned v, sum_v C(n_v, G) / C(k, G), the
share of the G-subsets that are constant, estimates this without bias.

The code reward alone is counted. Ties do not depend on whether it is normalised.
This says whether a phase is fed, not whether a curriculum pays.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import fmean

from tarot.capability.outcomes import ProblemOutcomes
from tarot.curriculum import code_reward
from tarot.metrics.steps import REWARD_DIGITS
from tarot.types import TierWeights


@dataclass(frozen=True, slots=True)
class Signal:
    """The mean expected share of groups with variance, and what it was estimated from.

    `num_skipped` problems have no active tier or fewer than two judged samples. With no problem
    left the share is 0.
    """

    share: float
    num_problems: int
    num_skipped: int


def varied_share(problem: ProblemOutcomes, weights: TierWeights, group_size: int) -> float | None:
    """The probability that a group of the problem has variance, or None where nothing tells.

    With k < `group_size` judged samples it is the probability for groups of k, which is lower.
    """
    counts: Counter[float] = Counter()
    for pattern in problem.patterns:
        reward = code_reward(pattern.passes, weights, normalize=True)
        if reward is None:
            return None
        counts[round(reward, REWARD_DIGITS)] += pattern.count
    num_samples = counts.total()
    if num_samples < 2:
        return None
    size = min(group_size, num_samples)
    return 1 - sum(comb(count, size) for count in counts.values()) / comb(num_samples, size)


def mean_varied_share(
    outcomes: Sequence[ProblemOutcomes], weights: TierWeights, group_size: int
) -> Signal:
    """The mean of `varied_share` over the problems that have one."""
    estimates = [varied_share(problem, weights, group_size) for problem in outcomes]
    shares = [share for share in estimates if share is not None]
    return Signal(fmean(shares) if shares else 0.0, len(shares), len(estimates) - len(shares))
