"""Which tier is picked: the one that moves, and none for noise."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest

from tarot.curriculum import BanditPolicy, CurriculumDecision
from tarot.types import Tier, TierWeights, UserError
from tests.curriculum.graded import graded

SETTINGS: dict[str, Any] = {
    "weights": {"basic": 0.1, "intermediate": 0.2, "complex": 0.3, "edge": 0.4},
    "window": 10,
    "dwell": 5,
    "epsilon": 0.0,
    "noise_floor": 2.0,
    "seed": 0,
}
STILL = dict.fromkeys(Tier, [0.5] * 20)


def bandit(**settings: object) -> BanditPolicy:
    return BanditPolicy(**{**SETTINGS, **settings})


def decisions(
    policy: BanditPolicy, steps: Sequence[Mapping[Tier, Sequence[float]]]
) -> list[CurriculumDecision]:
    return [one for step, rates in enumerate(steps, 1) for one in policy.observe_rates(step, rates)]


def moving(
    tier: Tier, before: float, after: float, num_steps: int
) -> list[dict[Tier, list[float]]]:
    """Twenty groups a step; the rate of one tier changes in the middle, those of others do not."""
    rates = [before] * (num_steps // 2) + [after] * (num_steps - num_steps // 2)
    return [{**STILL, tier: [rate] * 20} for rate in rates]


def test_it_starts_with_all_tiers_and_then_trains_one() -> None:
    policy = bandit()
    assert policy.weights().weights == {Tier(name): w for name, w in SETTINGS["weights"].items()}
    (decision,) = decisions(policy, [STILL] * 5)
    assert decision.step == 5
    assert policy.weights() == decision.weights
    assert len(decision.weights.weights) == 1


@pytest.mark.parametrize(("before", "after"), [(0.2, 0.6), (0.6, 0.2)])
@pytest.mark.parametrize("tier", Tier)
def test_the_tier_that_moved_is_picked_whether_up_or_down(
    tier: Tier, before: float, after: float
) -> None:
    (decision,) = decisions(bandit(dwell=10), moving(tier, before, after, 10))
    assert decision.action == "pick_by_progress"
    assert decision.weights.weights == {tier: SETTINGS["weights"][tier]}
    assert decision.figures[f"progress/{tier}"] == pytest.approx(after - before)
    assert decision.figures[f"pass_rate/{tier}"] == pytest.approx(after)


def test_of_two_that_moved_the_one_that_moved_more_is_picked() -> None:
    steps = moving(Tier.COMPLEX, 0.2, 0.5, 10)
    steps = [
        {**step, Tier.BASIC: one[Tier.BASIC]}
        for step, one in zip(steps, moving(Tier.BASIC, 0.2, 0.4, 10), strict=True)
    ]
    (decision,) = decisions(bandit(dwell=10), steps)
    assert decision.weights.weights.keys() == {Tier.COMPLEX}


def test_progress_below_the_noise_floor_is_none() -> None:
    """100 groups at each rate: variance of a mean .25 / 101 / 100, so the error is .00704."""
    for size, action in ((0.014, "pick_without_progress"), (0.015, "pick_by_progress")):
        (decision,) = decisions(bandit(dwell=10), moving(Tier.EDGE, 0.5, 0.5 + size, 10))
        assert decision.figures["noise_floor/edge"] == pytest.approx(2 * 0.0070360, abs=1e-6)
        assert decision.action == action


def test_without_any_change_few_progresses_pass_the_floor() -> None:
    """Of 400 runs with four tiers, 5% of 1600 are 80; a pick counts one of them or none."""
    found = Counter(noisy_pick(Random(seed)) for seed in range(400))
    assert found["pick_by_progress"] <= 80
    assert found.keys() == {"pick_by_progress", "pick_without_progress"}


def noisy_pick(rng: Random) -> str:
    steps = [
        {tier: [rng.betavariate(0.6, 1.4) for _ in range(8)] for tier in Tier} for _ in range(20)
    ]
    (decision,) = decisions(bandit(dwell=20), steps)
    return decision.action


def test_only_the_last_two_windows_count() -> None:
    """A move of 20 steps ago is over; the move after it is seen."""
    steps = [*moving(Tier.BASIC, 0.1, 0.9, 20), *moving(Tier.EDGE, 0.5, 0.7, 20)]
    steps[20:] = [{**step, Tier.BASIC: [0.9] * 20} for step in steps[20:]]
    first, second = decisions(bandit(dwell=20), steps)
    assert first.weights.weights.keys() == {Tier.BASIC}
    assert second.weights.weights.keys() == {Tier.EDGE}
    assert second.figures["progress/basic"] == pytest.approx(0.0)


def test_picks_at_random_come_as_often_as_epsilon_says_and_hang_on_the_seed() -> None:
    """300 picks at .3: 90 are expected, with a deviation of 8."""
    found = decisions(bandit(epsilon=0.3, dwell=1), [STILL] * 300)
    assert 60 <= sum(one.action == "pick_at_random" for one in found) <= 120
    assert found == decisions(bandit(epsilon=0.3, dwell=1), [STILL] * 300)
    assert found != decisions(bandit(epsilon=0.3, dwell=1, seed=1), [STILL] * 300)
    assert {tier for one in found for tier in one.weights.weights} == set(Tier)


def test_a_tier_of_weight_0_or_that_no_problem_has_is_never_picked() -> None:
    policy = bandit(weights={"basic": 1, "complex": 0, "edge": 1}, epsilon=0.5, dwell=2)
    found = decisions(policy, [{Tier.BASIC: [0.5], Tier.EDGE: []}] * 100)
    assert {tier for one in found for tier in one.weights.weights} == {Tier.BASIC}
    assert all(one.figures["progress/edge"] is None for one in found)


def test_several_batches_of_a_step_are_one_step_and_the_lost_say_nothing() -> None:
    policy = bandit(dwell=2)
    passed, lost = {Tier.BASIC: True}, {Tier.BASIC: None}
    for _ in range(3):
        assert policy.observe(graded(1, [[passed, lost], [lost, lost]])) == []
    (decision,) = policy.observe(graded(2, [[{Tier.BASIC: False}]]))
    assert decision.figures["pass_rate/basic"] == 0.0
    assert decision.figures["progress/basic"] == -1.0
    assert policy.state_dict()["history"][0]["basic"] == [3, 3.0, 3.0]
    assert policy.observe([]) == []


def test_all_must_pass_goes_with_the_weights() -> None:
    policy = bandit(all_must_pass=True, dwell=1)
    assert policy.weights().all_must_pass
    policy.observe_rates(1, STILL)
    assert policy.weights() == TierWeights(policy.weights().weights, all_must_pass=True)


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"weights": {"hard": 1}}, "curriculum.weights.hard:"),
        ({"weights": {"basic": 0}}, "curriculum.weights:"),
        ({"window": 0}, "curriculum.window:"),
        ({"dwell": 0}, "curriculum.dwell:"),
        ({"epsilon": 1.5}, "curriculum.epsilon:"),
        ({"epsilon": -0.5}, "curriculum.epsilon:"),
        ({"noise_floor": -1}, "curriculum.noise_floor:"),
        ({"noise_floor": float("nan")}, "curriculum.noise_floor:"),
    ],
)
def test_a_bad_setting_names_its_key(settings: dict[str, Any], key: str) -> None:
    with pytest.raises(UserError) as caught:
        bandit(**settings)
    assert str(caught.value).startswith(key)
    assert "\n" not in str(caught.value)
