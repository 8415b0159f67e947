"""Weights by step, from policies of either kind."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tarot.curriculum import CurriculumDecision, StagedPolicy
from tarot.training.steering import Steering
from tarot.types import GradedCompletion, Tier, TierWeights, UserError
from tests.curriculum.graded import graded

STAGES = [
    {"start": start, "allocation": {tier: 1}} for start, tier in ((0, "basic"), (0.5, "edge"))
]
BATCH = [[{Tier.BASIC: True}]]


class Counting:
    """The weight is the number of batches seen, plus one."""

    def __init__(self) -> None:
        self._seen = 0

    def weights(self) -> TierWeights:
        return TierWeights({Tier.BASIC: 1.0 + self._seen})

    def observe(self, completions: Sequence[GradedCompletion]) -> list[CurriculumDecision]:
        self._seen += 1
        return [CurriculumDecision(completions[0].step, "count", self.weights(), {})]

    def state_dict(self) -> dict[str, Any]:
        return {"seen": self._seen}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._seen = state["seen"]


def test_all_batches_of_a_step_have_the_weights_from_before_the_step() -> None:
    steering = Steering(Counting())
    found = []
    for step in (1, 1, 2, 2, 5):
        found.append(steering.weights(step, 0.0).weights[Tier.BASIC])
        steering.observe(graded(step, BATCH))
    assert found == [1.0, 1.0, 3.0, 3.0, 5.0]


def test_a_state_goes_through_a_checkpoint(tmp_path: Path) -> None:
    steering, resumed = Steering(Counting()), Steering(Counting())
    (decision,) = steering.observe(graded(1, BATCH))
    steering.save(tmp_path)
    resumed.load(tmp_path)
    assert resumed.weights(2, 0.0) == decision.weights == TierWeights({Tier.BASIC: 2.0})


def test_a_checkpoint_without_the_state_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"curriculum\.json: no such file"):
        Steering(Counting()).load(tmp_path)


def test_a_policy_of_progress_decides_nothing_and_keeps_nothing(tmp_path: Path) -> None:
    steering = Steering(StagedPolicy({"basic": 1, "edge": 1}, STAGES))
    assert steering.weights(1, 0.0).weights == {Tier.BASIC: 1.0}
    assert steering.observe(graded(1, BATCH)) == ()
    assert steering.weights(1, 0.5).weights == {Tier.EDGE: 1.0}
    steering.save(tmp_path)
    steering.load(tmp_path)
    assert list(tmp_path.iterdir()) == []
