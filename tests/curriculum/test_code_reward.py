"""The code reward where tiers are missing, inactive or pass in part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarot.curriculum import code_reward
from tarot.types import Tier, TierWeights

WEIGHTS = TierWeights({Tier.BASIC: 0.15, Tier.COMPLEX: 0.35})
WEIGHT_MAPS = st.dictionaries(st.sampled_from(Tier), st.floats(0.01, 10), min_size=1)
PASS_MAPS = st.dictionaries(st.sampled_from(Tier), st.sampled_from([0.0, 0.5, 1.0]))


@pytest.mark.parametrize(
    ("passes", "normalize", "expected"),
    [
        ({Tier.BASIC: 1.0, Tier.COMPLEX: 0.0}, False, 0.15),
        ({Tier.BASIC: 1.0, Tier.COMPLEX: 0.0}, True, 0.3),
        ({Tier.BASIC: 1.0, Tier.COMPLEX: 0.5}, False, 0.325),
        ({Tier.BASIC: 1.0}, False, 0.15),
        ({Tier.BASIC: 1.0}, True, 1.0),
        ({Tier.BASIC: 0.0, Tier.EDGE: 1.0}, True, 0.0),
    ],
)
def test_the_reward_is_the_weighted_sum_over_the_tiers_that_the_problem_has(
    passes: dict[Tier, float], normalize: bool, expected: float
) -> None:
    assert code_reward(passes, WEIGHTS, normalize) == pytest.approx(expected)


@pytest.mark.parametrize("all_must_pass", [True, False])
@pytest.mark.parametrize("passes", [{}, {Tier.EDGE: 1.0}])
def test_a_problem_without_an_active_tier_has_no_reward(
    passes: dict[Tier, float], all_must_pass: bool
) -> None:
    weights = TierWeights(WEIGHTS.weights, all_must_pass)
    assert code_reward(passes, weights, normalize=True) is None


def test_all_must_pass_asks_for_every_active_tier_in_full_and_for_no_other() -> None:
    strict = TierWeights({Tier.BASIC: 0.5, Tier.EDGE: 0.5, Tier.COMPLEX: 0.0}, all_must_pass=True)
    assert code_reward({Tier.BASIC: 1.0, Tier.EDGE: 0.9}, strict, True) == 0
    assert code_reward({Tier.BASIC: 1.0, Tier.EDGE: 1.0, Tier.COMPLEX: 0.0}, strict, True) == 1
    assert code_reward({Tier.BASIC: 1.0}, strict, False) == 1


@given(passes=PASS_MAPS, weights=WEIGHT_MAPS, factor=st.floats(0.1, 10))
def test_normalised_rewards_stay_in_the_unit_interval_and_ignore_the_scale_of_the_weights(
    passes: dict[Tier, float], weights: dict[Tier, float], factor: float
) -> None:
    reward = code_reward(passes, TierWeights(weights), normalize=True)
    scaled = TierWeights({tier: factor * weight for tier, weight in weights.items()})
    assert (reward is None) == (not weights.keys() & passes.keys())
    if reward is not None:
        assert 0 <= reward <= 1
        assert code_reward(passes, scaled, normalize=True) == pytest.approx(reward)
