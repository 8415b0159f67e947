"""Phases in progress and steps, and the ceiling of the code reward."""

from collections.abc import Sequence

import pytest

from rewards.shuffled import ShuffledReward
from rewards.tiered import TieredReward
from tarot.curriculum import StagedPolicy
from tarot.plan import code_ceiling, plan_phases
from tarot.types import GradedCompletion, RewardValue, Tier, TierWeights

PARTS = {"code": 1.0, "format": 1.0}
HALF = TierWeights({Tier.BASIC: 0.15, Tier.COMPLEX: 0.35})


def staged(*starts: float) -> StagedPolicy:
    """A stage at each start, of which one counts basic and the next edge."""
    tiers = ("basic", "edge")
    stages = [
        {"start": start, "allocation": {tiers[place % 2]: 1}} for place, start in enumerate(starts)
    ]
    return StagedPolicy({"basic": 0.25, "edge": 0.5}, stages)


@pytest.mark.parametrize(
    ("num_steps", "steps"),
    [
        (10, [(1, 2), (3, 6), (7, 10)]),
        (24, [(1, 5), (6, 15), (16, 24)]),
        (242, [(1, 49), (50, 146), (147, 242)]),
        (2, [(1, 1), (2, 2), (None, None)]),
        (1, [(1, 1), (None, None), (None, None)]),
        (None, [(None, None)] * 3),
    ],
)
def test_step_k_of_n_is_in_the_phase_of_progress_k_minus_1_over_n(
    num_steps: int | None, steps: list[tuple[int | None, int | None]]
) -> None:
    """Phases start at 0.2 and 0.6; of 24 steps, the sixth has 5/24 = 0.208, the 16th 0.625."""
    planned = plan_phases(staged(0.0, 0.2, 0.6), num_steps)
    assert [(phase.first_step, phase.last_step) for phase in planned] == steps
    assert [(phase.start, phase.end) for phase in planned] == [(0.0, 0.2), (0.2, 0.6), (0.6, 1.0)]
    assert planned[1].weights == TierWeights({Tier.EDGE: 0.5})


@pytest.mark.parametrize("num_steps", [7, 24, 333, 3000])
@pytest.mark.parametrize("start", [1 / 3, 0.0005, 0.99999, 5 / 24])
def test_every_step_is_in_the_phase_whose_weights_it_gets(num_steps: int, start: float) -> None:
    """Also where a boundary lies between the points at which the phases are looked for."""
    policy = staged(0.0, start)
    planned = plan_phases(policy, num_steps)
    counted = [
        phase.weights
        for phase in planned
        if phase.first_step is not None and phase.last_step is not None
        for _ in range(phase.first_step, phase.last_step + 1)
    ]
    assert counted == [policy.at(step / num_steps) for step in range(num_steps)]


def test_the_ceiling_is_1_normalised_and_the_active_weight_as_published() -> None:
    assert code_ceiling(TieredReward(PARTS), HALF) == 1.0
    published = TieredReward(PARTS, normalize=False)
    assert code_ceiling(published, HALF) == pytest.approx(0.5)
    assert code_ceiling(ShuffledReward(published, seed=0), HALF) == pytest.approx(0.5)
    every = TierWeights(HALF.weights, all_must_pass=True)
    assert code_ceiling(published, every) == 1.0


class LengthReward:
    """It asks for nothing that a plan could know."""

    part_names = ("length",)

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        raise AssertionError("not to be asked")


def test_a_reward_without_a_code_part_has_no_ceiling() -> None:
    assert code_ceiling(LengthReward(), HALF) is None
