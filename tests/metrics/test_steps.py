"""The metrics of a step, on groups small enough to count by hand."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tarot.metrics import StepBatch, step_metrics
from tarot.types import (
    Execution,
    Grade,
    GradedCompletion,
    Program,
    RewardValue,
    TestResult,
    Tier,
    TierWeights,
    Verdict,
)

WEIGHTS = TierWeights({Tier.BASIC: 0.25, Tier.EDGE: 0.5})
PARTS = ("code", "format")


def graded(group: int, *verdicts: Verdict, code: bool = True) -> GradedCompletion:
    tiers = (Tier.BASIC, Tier.EDGE, None)
    results = tuple(TestResult(tier, v) for tier, v in zip(tiers, verdicts, strict=False))
    grade = Grade(Program("pass") if code else None, results)
    return GradedCompletion("text", "p", grade, WEIGHTS, step=1, group=group)


def value(code: float, form: float = 1.0) -> RewardValue:
    return RewardValue(code + form, {"code": code, "format": form})


def execution(wall_s: float, queued_s: float | None, num_attempts: int = 1) -> Execution:
    ended = Execution(b"", b"", 0, 0.0, wall_s, 0.0)
    return replace(ended, queued_s=queued_s, num_attempts=num_attempts)


BATCH = StepBatch(
    completions=[
        graded(0, Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.WRONG_ANSWER),
        graded(0, Verdict.ACCEPTED, Verdict.TIME_LIMIT),
        graded(1, Verdict.NO_CODE, Verdict.NO_CODE, code=False),
        graded(1, Verdict.ACCEPTED, Verdict.INFRASTRUCTURE),
    ],
    rewards=[value(1.0), value(0.25), value(0.0), None],
    lengths=[10, 20, 30, 60],
    truncated=[False, False, True, False],
    executions=[execution(3.0, 0.5), execution(1.0, 0.0), execution(2.0, 1.0, num_attempts=3)],
)
EMPTY = StepBatch([], [], [], [], [])


def of_groups(*groups: Sequence[RewardValue | None]) -> StepBatch:
    """A batch in which nothing but the groups' rewards matters."""
    completions = [graded(number) for number, group in enumerate(groups) for _ in group]
    rewards = [reward for group in groups for reward in group]
    num_rows = len(rewards)
    return StepBatch(completions, rewards, [0] * num_rows, [False] * num_rows, [])


def test_the_metrics_of_four_completions() -> None:
    metrics = step_metrics(BATCH, PARTS)
    assert metrics["tier/basic/pass_rate"] == 2 / 3
    assert metrics["tier/basic/no_code"] == 1 / 3
    assert metrics["tier/edge/pass_rate"] == 1 / 3
    assert metrics["tier/edge/time_limit"] == 1 / 3
    assert metrics["tier/edge/wrong_answer"] == 0
    assert metrics["reward/code"] == 1.25 / 3
    assert metrics["reward/format"] == 1
    assert metrics["group/zero_variance"] == 0.5
    assert metrics["completion/length"] == 30
    assert metrics["completion/no_code"] == 0.25
    assert metrics["completion/truncated"] == 0.25
    assert metrics["sandbox/infrastructure"] == 0.25


def test_a_tier_counts_where_it_has_a_weight() -> None:
    metrics = step_metrics(BATCH, PARTS)
    weights = {tier: metrics[f"policy/weight/{tier}"] for tier in Tier}
    allocation = {tier: metrics[f"policy/allocation/{tier}"] for tier in Tier}
    assert weights == {"basic": 0.25, "intermediate": 0, "complex": 0, "edge": 0.5}
    assert allocation == {"basic": 1, "intermediate": 0, "complex": 0, "edge": 1}


def test_the_sandbox_tells_how_long_jobs_took_waited_and_which_were_tried_again() -> None:
    """Sorted, the wall times are 1, 2, 3; the 99th percentile lies 0.98 of the way from 2 to 3."""
    metrics = step_metrics(BATCH, PARTS)
    assert metrics["sandbox/latency_p50"] == 2.0
    assert metrics["sandbox/latency_p99"] == pytest.approx(2.98)
    assert metrics["sandbox/queue"] == 0.5
    assert metrics["sandbox/retries"] == 1


def test_a_sandbox_that_does_not_tell_has_no_queue_and_no_retries() -> None:
    silent = replace(BATCH, executions=[Execution(b"", b"", 0, 0.0, 1.5, 0.0)])
    metrics = step_metrics(silent, PARTS)
    assert metrics["sandbox/latency_p50"] == metrics["sandbox/latency_p99"] == 1.5
    assert math.isnan(metrics["sandbox/queue"])
    assert metrics["sandbox/retries"] == 0


def test_a_step_that_ran_nothing_has_no_latency() -> None:
    metrics = step_metrics(replace(BATCH, executions=[]), PARTS)
    assert math.isnan(metrics["sandbox/latency_p50"])
    assert math.isnan(metrics["sandbox/latency_p99"])
    assert metrics["sandbox/retries"] == 0


def test_groups_that_vary_by_their_format_alone_are_counted() -> None:
    """Of five groups the first varies by format, the second by both, the third by code alone."""
    batch = of_groups(
        [value(0.5, 1.0), value(0.5, 0.0), None],
        [value(0.5, 1.0), value(0.0, 0.0)],
        [value(1.0), value(0.0)],
        [value(1.0), value(1.0)],
        [None, None],
    )
    metrics = step_metrics(batch, PARTS)
    assert metrics["group/format_only"] == 1 / 5
    assert metrics["group/zero_variance"] == 2 / 5


def test_parts_that_cancel_are_no_variance_at_all() -> None:
    metrics = step_metrics(of_groups([value(1.0, 0.0), value(0.0, 1.0)]), PARTS)
    assert (metrics["group/zero_variance"], metrics["group/format_only"]) == (1, 0)


def test_decoupled_parts_do_not_cancel() -> None:
    batch = of_groups([value(1.0, 0.0), value(0.0, 1.0)], [value(1.0), value(1.0)])
    assert step_metrics(batch, PARTS, decoupled=PARTS)["group/zero_variance"] == 0.5
    same_format = of_groups([value(0.5), value(1.0)])
    assert step_metrics(same_format, PARTS, decoupled=["format"])["group/zero_variance"] == 1


def test_a_reward_without_a_code_part_cannot_vary_by_format_alone() -> None:
    letters = [RewardValue(share, {"letters": share}) for share in (0.0, 1.0)]
    metrics = step_metrics(of_groups(letters), ["letters"])
    assert math.isnan(metrics["group/format_only"])
    assert metrics["group/zero_variance"] == 0


def test_a_problem_without_an_active_tier_is_counted_judged_or_not() -> None:
    complex_alone = tuple(TestResult(tier, Verdict.ACCEPTED) for tier in (Tier.COMPLEX, None))
    grades = [
        Grade(Program("pass"), complex_alone),
        Grade(Program("pass"), (TestResult(None, Verdict.INFRASTRUCTURE),)),
    ]
    others = [GradedCompletion("text", "p", grade, WEIGHTS, step=1, group=2) for grade in grades]
    more = StepBatch(
        completions=[*BATCH.completions, *others],
        rewards=[*BATCH.rewards, None, None],
        lengths=[1] * 6,
        truncated=[False] * 6,
        executions=[],
    )
    assert step_metrics(more, PARTS)["reward/without_active_tier"] == 2 / 6
    assert step_metrics(BATCH, PARTS)["reward/without_active_tier"] == 0


def test_a_tier_of_weight_zero_is_not_active() -> None:
    weights = TierWeights({Tier.BASIC: 0.0, Tier.EDGE: 1.0})
    grade = Grade(Program("pass"), (TestResult(Tier.BASIC, Verdict.ACCEPTED),))
    graded = GradedCompletion("text", "p", grade, weights, step=1, group=0)
    metrics = step_metrics(StepBatch([graded], [None], [1], [False], []), [])
    assert metrics["reward/without_active_tier"] == 1


def test_what_a_step_cannot_measure_is_not_a_number() -> None:
    assert math.isnan(step_metrics(BATCH, PARTS)["tier/complex/pass_rate"])
    unrewarded = replace(BATCH, rewards=[None] * 4)
    assert math.isnan(step_metrics(unrewarded, PARTS)["reward/code"])


def test_the_keys_do_not_depend_on_what_happened() -> None:
    full = step_metrics(BATCH, PARTS)
    assert step_metrics(EMPTY, PARTS[::-1]).keys() == full.keys()
    assert {key.partition("/")[0] for key in full} == {
        *("tier", "reward", "policy", "group", "completion", "sandbox"),
    }
    verdicts = len(Verdict) - 1
    assert len(full) == 4 * (1 + verdicts) + len(PARTS) + 1 + 4 * 2 + 2 + 3 + 5


def test_rewards_that_differ_by_rounding_alone_have_no_variance() -> None:
    batch = of_groups([RewardValue(0.1 + 0.2), RewardValue(0.3)])
    assert step_metrics(batch, [])["group/zero_variance"] == 1
