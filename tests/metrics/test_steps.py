"""The metrics of a step, on groups small enough to count by hand."""

import math

from tarot.metrics import step_metrics
from tarot.types import (
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


def graded(group: int, *verdicts: Verdict, code: bool = True) -> GradedCompletion:
    tiers = (Tier.BASIC, Tier.EDGE, None)
    results = tuple(TestResult(tier, v) for tier, v in zip(tiers, verdicts, strict=False))
    grade = Grade(Program("pass") if code else None, results)
    return GradedCompletion("text", "p", grade, WEIGHTS, step=1, group=group)


def value(total: float) -> RewardValue:
    return RewardValue(total, {"code": total, "format": 1.0})


COMPLETIONS = [
    graded(0, Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.WRONG_ANSWER),
    graded(0, Verdict.ACCEPTED, Verdict.TIME_LIMIT),
    graded(1, Verdict.NO_CODE, Verdict.NO_CODE, code=False),
    graded(1, Verdict.ACCEPTED, Verdict.INFRASTRUCTURE),
]
REWARDS = [value(1.0), value(0.25), value(0.0), None]
TRUNCATED = [False, False, True, False]


def test_the_metrics_of_four_completions() -> None:
    metrics = step_metrics(COMPLETIONS, REWARDS, TRUNCATED, ["code", "format"])
    assert metrics["tier/basic/pass_rate"] == 2 / 3
    assert metrics["tier/basic/no_code"] == 1 / 3
    assert metrics["tier/edge/pass_rate"] == 1 / 3
    assert metrics["tier/edge/time_limit"] == 1 / 3
    assert metrics["tier/edge/wrong_answer"] == 0
    assert metrics["reward/code"] == 1.25 / 3
    assert metrics["reward/format"] == 1
    assert metrics["policy/weight/edge"] == 0.5
    assert metrics["policy/weight/complex"] == 0
    assert metrics["group/zero_variance"] == 0.5
    assert metrics["completion/no_code"] == 0.25
    assert metrics["completion/truncated"] == 0.25
    assert metrics["sandbox/infrastructure"] == 0.25


def test_what_a_step_cannot_measure_is_not_a_number() -> None:
    metrics = step_metrics(COMPLETIONS, REWARDS, TRUNCATED, ["code"])
    assert math.isnan(metrics["tier/complex/pass_rate"])
    assert math.isnan(step_metrics(COMPLETIONS[3:], [None], [False], ["code"])["reward/code"])


def test_the_keys_do_not_depend_on_what_happened() -> None:
    full = step_metrics(COMPLETIONS, REWARDS, TRUNCATED, ["code", "format"])
    assert step_metrics([], [], [], ["format", "code"]).keys() == full.keys()


def test_rewards_that_differ_by_rounding_alone_have_no_variance() -> None:
    rewards = [value(0.1 + 0.2), value(0.3)]
    assert step_metrics(COMPLETIONS[:2], rewards, TRUNCATED[:2], [])["group/zero_variance"] == 1
