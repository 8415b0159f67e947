"""The metrics of one training step, under the same keys on every process at every step.

They are of the completions of all processes. What a step cannot measure is NaN, never absent.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from tarot.types import CODE, Execution, GradedCompletion, RewardValue, Tier, Verdict

# Rewards that agree to this many digits are one value: sums of weights round differently.
REWARD_DIGITS = 9
JUDGED_VERDICTS = tuple(verdict for verdict in Verdict if verdict is not Verdict.INFRASTRUCTURE)

_LATENCIES = {"latency_p50": 0.5, "latency_p99": 0.99}


@dataclass(frozen=True, slots=True)
class StepBatch:
    """What was generated for a step, what it earned, and what judging it took.

    `rewards`, `lengths` (in tokens) and `truncated` (whether it was cut off at its length limit)
    have an entry for each completion. `executions` are those that the sandbox ran for the step,
    in which nothing is repeated.
    """

    completions: Sequence[GradedCompletion]
    rewards: Sequence[RewardValue | None]
    lengths: Sequence[int]
    truncated: Sequence[bool]
    executions: Sequence[Execution]


def step_metrics(
    batch: StepBatch, parts: Collection[str], decoupled: Collection[str] = ()
) -> dict[str, float]:
    """Metrics of one step; `parts` are the reward's, which fix the `reward/` keys.

    `decoupled` are the parts that are normalised each by itself, none where their sum is. A
    group's rewards are then all equal where each of these parts is.

    Returns:
        `tier/T/pass_rate` and `tier/T/VERDICT`, shares of tier T's tests in judged completions;
        `reward/PART`, the mean over rewarded completions; `reward/without_active_tier`, the share
        of all completions whose problem has no tier that counts; `policy/weight/T`, allocation
        times weight, and `policy/allocation/T`, 1 where tier T counts; `group/zero_variance`, the
        share of groups whose rewards are all equal, and `group/format_only`, of those whose
        rewards vary though the `code` part does not, NaN without such a part; `completion/length`
        in tokens, `completion/truncated` and `completion/no_code`, means over all completions;
        `sandbox/infrastructure`, the share of completions that could not be judged,
        `sandbox/latency_p50` and `latency_p99`, seconds of wall time of one execution,
        `sandbox/queue`, mean seconds until a job had a slot, NaN where the sandbox does not say,
        and `sandbox/retries`, the number of jobs that were tried more than once.
    """
    completions = batch.completions
    valued = [value for value in batch.rewards if value is not None]
    return {
        **_tier_metrics(completions),
        **{
            f"reward/{part}": _mean(value.parts[part] for value in valued) for part in sorted(parts)
        },
        "reward/without_active_tier": _mean(_lacks_active_tier(graded) for graded in completions),
        **_policy_metrics(completions),
        **_group_metrics(batch, CODE in parts, decoupled),
        "completion/length": _mean(batch.lengths),
        "completion/truncated": _mean(batch.truncated),
        "completion/no_code": _mean(graded.grade.program is None for graded in completions),
        "sandbox/infrastructure": _mean(not graded.grade.is_judged for graded in completions),
        **_execution_metrics(batch.executions),
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


def _lacks_active_tier(graded: GradedCompletion) -> bool:
    weights = graded.weights.weights
    tiers = {result.tier for result in graded.grade.results}
    return not any(weights.get(tier, 0.0) > 0 for tier in Tier if tier in tiers)


def _policy_metrics(completions: Sequence[GradedCompletion]) -> dict[str, float]:
    metrics: dict[str, float] = {}
    for tier in Tier:
        weights = [graded.weights.weights.get(tier, 0.0) for graded in completions]
        metrics[f"policy/weight/{tier}"] = _mean(weights)
        metrics[f"policy/allocation/{tier}"] = _mean(weight > 0 for weight in weights)
    return metrics


def _group_metrics(
    batch: StepBatch, has_code: bool, decoupled: Collection[str]
) -> dict[str, float]:
    """A group with fewer than two rewarded completions has no variance and counts as such."""
    groups: defaultdict[int, list[RewardValue]] = defaultdict(list)
    for graded, value in zip(batch.completions, batch.rewards, strict=True):
        group = groups[graded.group]
        if value is not None:
            group.append(value)
    varied = [_varies(group, decoupled) for group in groups.values()]
    metrics = {"group/zero_variance": _mean(not is_varied for is_varied in varied)}
    metrics["group/format_only"] = math.nan
    if has_code:
        codes = [_differ(value.parts[CODE] for value in group) for group in groups.values()]
        pairs = zip(varied, codes, strict=True)
        metrics["group/format_only"] = _mean(is_varied and not code for is_varied, code in pairs)
    return metrics


def _execution_metrics(executions: Sequence[Execution]) -> Mapping[str, float]:
    latencies_s = [execution.wall_s for execution in executions]
    waits_s = [one.queued_s for one in executions if one.queued_s is not None]
    return {
        **{
            f"sandbox/{name}": float(np.quantile(latencies_s, share)) if executions else math.nan
            for name, share in _LATENCIES.items()
        },
        "sandbox/queue": _mean(waits_s),
        "sandbox/retries": float(sum(execution.num_attempts > 1 for execution in executions)),
    }


def _varies(group: Sequence[RewardValue], decoupled: Collection[str]) -> bool:
    if not decoupled:
        return _differ(value.total for value in group)
    return any(_differ(value.parts[part] for value in group) for part in decoupled)


def _differ(values: Iterable[float]) -> bool:
    """Whether two of the values differ by more than rounding."""
    return len({round(value, REWARD_DIGITS) for value in values}) > 1


def _mean(values: Iterable[float]) -> float:
    """The mean, or NaN of nothing."""
    listed = [float(value) for value in values]
    return fmean(listed) if listed else math.nan
