"""The code reward of one completion: a weighted sum over the tiers of its problem."""

import math
from collections.abc import Mapping

from tarot.types import Tier, TierWeights


def code_reward(
    passes: Mapping[Tier, float], weights: TierWeights, normalize: bool
) -> float | None:
    """The sum of alpha * w * r over the tiers, or None where no tier of the problem is active.

    A tier that the problem lacks leaves the sum, and under `normalize` also the divisor, which
    is the active weight that remains; the ceiling is then 1 in every phase. Without `normalize`
    the ceiling is the active weight itself, as published. A problem without an active tier says
    nothing about the completion: None leaves it out of training, where 0 would punish it.
    Under `all_must_pass` the reward is 1 if every active tier passes in full, else 0.

    Args:
        passes: share of accepted tests per tier that the problem has.
        weights: the policy's weights of the moment.
        normalize: whether to divide by the active weight.
    """
    active = {tier: weights.weights.get(tier, 0.0) for tier in passes}
    active_weight = math.fsum(active.values())
    if active_weight <= 0:
        return None
    if weights.all_must_pass:
        return float(all(passes[tier] == 1 for tier, weight in active.items() if weight > 0))
    earned = math.fsum(weight * passes[tier] for tier, weight in active.items())
    return earned / active_weight if normalize else earned
