"""What the groups of a step passed: the observations of on-line policies.

The unit is a problem's group, not a completion: samples of one problem depend on each other, while
problems are drawn at random. Every value is the mean over the judged completions of a group.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from tarot.curriculum.code_reward import code_reward
from tarot.types import GradedCompletion, Tier, TierWeights


def stage_rates(completions: Sequence[GradedCompletion], weights: TierWeights) -> list[float]:
    """Per group the mean pass share in [0, 1] of the tiers that count, weighted as they count.

    That is the code reward, normalised, so it is all or nothing under `all_must_pass`. Groups
    whose problem has no active tier, or of which nothing is judged, are left out.
    """

    def share(passes: Mapping[Tier, float]) -> float | None:
        return code_reward(passes, weights, normalize=True)

    return _means(completions, share)


def tier_rates(completions: Sequence[GradedCompletion], tier: Tier) -> list[float]:
    """Per group the mean pass share of one tier; groups without it, or unjudged, are left out."""

    def share(passes: Mapping[Tier, float]) -> float | None:
        return passes.get(tier)

    return _means(completions, share)


def _means(
    completions: Sequence[GradedCompletion], share: Callable[[Mapping[Tier, float]], float | None]
) -> list[float]:
    groups: dict[int, list[float]] = {}
    for completion in completions:
        if completion.grade.is_judged:
            value = share(completion.grade.passes())
            if value is not None:
                groups.setdefault(completion.group, []).append(value)
    # A mean of shares can round to just above 1.
    return [min(fmean(values), 1.0) for values in groups.values()]
