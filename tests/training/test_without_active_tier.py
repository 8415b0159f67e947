"""A problem without a tier that counts is left out of training, and never earns nothing."""

from collections.abc import Sequence

import pytest

from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.grading.grader import Grader
from tarot.sandbox.local import LocalSandbox
from tarot.training.reward_function import RewardFunction, StepOutcome
from tarot.training.steering import Steering
from tarot.types import Limits, Problem, TestCase, Tier, TierWeights

LIMITS = Limits(cpu_s=5.0, wall_s=30.0, memory_mb=512, output_kb=64)
PROBLEMS = {
    "tiered": Problem("tiered", "", (TestCase("", "1", Tier.BASIC), TestCase("", "1", Tier.EDGE))),
    "other": Problem("other", "", (TestCase("", "1", Tier.COMPLEX),)),
    "untiered": Problem("untiered", "", (TestCase("", "1", None),)),
}


class BasicAndEdge:
    """Two tiers that count alike, at every moment."""

    def at(self, progress: float) -> TierWeights:
        return TierWeights({Tier.BASIC: 0.25, Tier.EDGE: 0.25})


class State:
    """A trainer's first step of ten."""

    global_step = 0
    max_steps = 10


def earned(option: str, rows: Sequence[tuple[str, str]]) -> tuple[list[float | None], StepOutcome]:
    """What completions of problems earn under a reward, without its format part."""
    (job,) = compose("train", ["+experiment=tiny", f"reward={option}"])
    node = job.config["reward"]
    node.get("reward", node)["parts"] = {"code": 1.0}
    outcomes: list[StepOutcome] = []
    grader = Grader(LocalSandbox(slots=1), LIMITS)
    function = RewardFunction(
        problems=PROBLEMS,
        grader=grader,
        steering=Steering(BasicAndEdge()),
        reward=build("reward", node),
        group_size=2,
        eos_token_ids=[0],
        turn_ends={},
        check_judged=lambda share: None,
        on_step=outcomes.append,
    )
    rewards = function(
        completions=[[{"role": "assistant", "content": text}] for _, text in rows],
        completion_ids=[[0]] * len(rows),
        problem_id=[name for name, _ in rows],
        trainer_state=State(),
        log_metric=lambda name, value: None,
    )
    grader.close()
    return rewards, outcomes[0]


@pytest.mark.parametrize(("option", "full"), [("tiered", 1.0), ("published", 0.5)])
def test_only_problems_with_a_tier_that_counts_are_rewarded(option: str, full: float) -> None:
    names = ["tiered", "tiered", "other", "other", "untiered", "untiered"]
    rewards, outcome = earned(option, list(zip(names, ["print(1)", "print(2)"] * 3, strict=True)))
    assert rewards == [full, 0.0, None, None, None, None]
    assert [row.reward for row in outcome.rollouts] == rewards
    assert [dict(row.parts) for row in outcome.rollouts[2:]] == [{}] * 4
    assert outcome.metrics["reward/without_active_tier"] == 4 / 6
    assert outcome.metrics["reward/code"] == full / 2


def test_permuted_rewards_stay_within_the_rows_that_have_one() -> None:
    rows = [("tiered", "print(1)"), ("untiered", "print(1)")] * 2
    rewards, _ = earned("shuffled", rows)
    assert rewards == [1.0, None, 1.0, None]


def test_a_step_without_any_active_tier_has_the_same_metrics() -> None:
    _, without = earned("tiered", [("untiered", "print(1)")] * 2)
    _, with_tier = earned("tiered", [("tiered", "print(1)")] * 2)
    assert without.metrics.keys() == with_tier.metrics.keys()
    assert without.metrics["reward/without_active_tier"] == 1
    assert with_tier.metrics["reward/without_active_tier"] == 0
