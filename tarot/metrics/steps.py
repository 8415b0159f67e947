"""The metrics of one training step, under the same keys on every process at every step."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from tarot.types import GradedCompletion, RewardValue, Tier, Verdict

# Rewards that agree to this many digits are one value: sums of weights round differently.
REWARD_DIGITS = 9
JUDGED_VERDICTS = tuple(verdict for verdict in Verdict if verdict is not Verdict.INFRASTRUCTURE)


def step_metrics(
    completions: Sequence[GradedCompletion],
    rewards: Sequence[RewardValue | None],
    truncated: Sequence[bool],
    parts: Iterable[str],
) -> dict[str, float]:
    """Metrics of one step's completions; NaN where the step has nothing to measure.

    Args:
        completions: what was generated for the step, with its grades.
        rewards: one value or None per completion.
        truncated: whether each completion was cut off at its length limit.
        parts: the names of the reward's parts, which fix the `reward/` keys.

    Returns:
        `tier/T/pass_rate` and `tier/T/VERDICT`, shares of tier T's tests in judged completions;
        `reward/PART`, the mean over rewarded completions; `policy/weight/T`;
        `group/zero_variance`, the share of groups whose rewards are all equal;
        `completion/no_code` and `completion/truncated`, shares of all completions;
        `sandbox/infrastructure`, the share of all completions that could not be judged.
    """
    valued = [value for value in rewards if value is not None]
    return {
        **_tier_metrics(completions),
        **{
            f"reward/{part}": _mean(value.parts[part] for value in valued) for part in sorted(parts)
        },
        **{f"policy/weight/{tier}": _weight(completions, tier) for tier in Tier},
        "group/zero_variance": _zero_variance(completions, rewards),
        "completion/no_code": _mean(graded.grade.program is None for graded in completions),
        "completion/truncated": _mean(truncated),
        "sandbox/infrastructure": _mean(not graded.grade.is_judged for graded in completions),
    }


def _tier_metrics(completions: Sequence[GradedCompletion]) -> dict[str, float]:
    verdicts: defaultdict[Tier | None, list[Verdict]] = defaultdict(list)
    for graded in completions:
        if graded.grade.is_judged:
            for result in graded.grade.results:
                verdicts[result.tier].append(result.verdict)
    metrics: dict[str, float] = {}
    for tier in Tier:
        for verdict in JUDGED_VERDICTS:
            metrics[f"tier/{tier}/{verdict}"] = _mean(v is verdict for v in verdicts[tier])
        metrics[f"tier/{tier}/pass_rate"] = metrics[f"tier/{tier}/{Verdict.ACCEPTED}"]
    return metrics


def _weight(completions: Sequence[GradedCompletion], tier: Tier) -> float:
    return _mean(graded.weights.weights.get(tier, 0.0) for graded in completions)


def _zero_variance(
    completions: Sequence[GradedCompletion], rewards: Sequence[RewardValue | None]
) -> float:
    """A group with fewer than two rewarded completions has no variance and counts as such."""
    totals: defaultdict[int, set[float]] = defaultdict(set)
    for graded, value in zip(completions, rewards, strict=True):
        values = totals[graded.group]
        if value is not None:
            values.add(round(value.total, REWARD_DIGITS))
    return _mean(len(values) < 2 for values in totals.values())


def _mean(values: Iterable[float]) -> float:
    """The mean, or NaN of nothing."""
    listed = [float(value) for value in values]
    return fmean(listed) if listed else math.nan
