"""When a stage is left: seldom without mastery, soon with it, and back when the rate is gone."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from tarot.curriculum import MasteryPolicy
from tarot.types import Tier, TierWeights, UserError
from tests.curriculum.graded import graded

LEVEL, COLLAPSE, NUM_STEPS = 0.7, 0.2, 500
STAGES = [{"allocation": dict.fromkeys(list(Tier)[:number], 1)} for number in (1, 2, 3, 4)]
SETTINGS: dict[str, Any] = {
    "weights": dict.fromkeys(Tier, 0.25),
    "stages": STAGES,
    "level": LEVEL,
    "collapse": COLLAPSE,
    "alpha": 0.05,
    "min_steps": 5,
    "window": 20,
}
# Easy, middling and hopeless problems whose rates have the mean .7 and .2.
AT_LEVEL = [1.0] * 5 + [0.5] * 4 + [0.0]
AT_COLLAPSE = [1.0] + [0.5] * 2 + [0.0] * 7
Draw = Callable[[int], Sequence[float]]


def mastery(**settings: object) -> MasteryPolicy:
    return MasteryPolicy(**{**SETTINGS, **settings})


def first(action: str, policy: MasteryPolicy, draw: Draw, num_steps: int = NUM_STEPS) -> int | None:
    """The first step that ends in this action, of steps with the group rates of `draw`."""
    for step in range(1, num_steps + 1):
        for decision in policy.observe_rates(step, draw(step)):
            if decision.action == action:
                return step
    return None


def groups_of(rng: Random, mean: float, num_groups: int) -> list[float]:
    """Groups of eight of problems of all difficulties, whose pass rates have this mean."""
    rates = [rng.betavariate(1.5 * mean, 1.5 * (1 - mean)) for _ in range(num_groups)]
    return [sum(rng.random() < rate for _ in range(8)) / 8 for rate in rates]


def at_rate(rate: float, rng: Random) -> Draw:
    """Four groups a step, of new problems."""
    return lambda _step: groups_of(rng, rate, num_groups=4)


def drawn(rng: Random, values: Sequence[float]) -> Draw:
    """Two groups a step with any of these rates."""
    return lambda _step: rng.choices(values, k=2)


def in_epochs(rng: Random, problems: Sequence[float]) -> Draw:
    """Four problems a step, each once an epoch in a new order; a problem's rate never varies."""
    left: list[float] = []

    def draw(_step: int) -> list[float]:
        if len(left) < 4:
            left.extend(rng.sample(problems, len(problems)))
        return [left.pop(0) for _ in range(4)]

    return draw


def at_stage_one(**settings: object) -> MasteryPolicy:
    """A policy that has just advanced, after five steps in which all passed."""
    policy = mastery(**settings)
    assert first("advance", policy, lambda step: [1.0] * 8) == 5
    assert policy.stage == 1
    return policy


def test_exactly_at_the_level_at_most_alpha_of_the_runs_ever_advance() -> None:
    """Of 500 runs of 500 steps. Were the true share 5%, 12 or fewer had a probability of 0.003."""
    found = [first("advance", mastery(), drawn(Random(n), AT_LEVEL)) for n in range(500)]
    assert sum(step is not None for step in found) <= 12


@pytest.mark.parametrize("size", [10, 60])
def test_problems_that_come_once_an_epoch_do_not_fool_it(size: int) -> None:
    """Seven of ten always pass: exactly the level. Of 60 runs, 5% are 3."""
    problems = [1.0] * (7 * size // 10) + [0.0] * (3 * size // 10)
    found = [first("advance", mastery(), in_epochs(Random(n), problems)) for n in range(60)]
    assert sum(step is not None for step in found) <= 3


def test_an_easy_draw_of_problems_does_not_pass_for_skill() -> None:
    """The first five steps hold the ten problems that pass, the rest is in proportion."""
    rng = Random(0)
    easy, draw = [1.0, 1.0], in_epochs(rng, [1.0] * 6 + [0.0] * 4)
    assert first("advance", mastery(), lambda step: easy if step <= 5 else draw(step)) is None


def test_well_above_the_level_it_advances_within_40_steps() -> None:
    """A true rate of .85, four groups a step: 19 of 20 runs; seen are 98%."""
    found = [first("advance", mastery(), at_rate(0.85, Random(n))) for n in range(60)]
    assert sum(step is not None and step <= 40 for step in found) >= 57


def test_a_long_time_below_the_level_does_not_delay_what_comes_later() -> None:
    """300 steps at .4, then .9: as soon as from the start, but for the memory of 100 groups."""
    rng = Random(1)
    step = first("advance", mastery(), lambda now: groups_of(rng, 0.4 if now <= 300 else 0.9, 8))
    assert step is not None
    assert 300 < step <= 330


def test_it_advances_through_all_stages_and_never_past_the_last() -> None:
    policy = mastery(min_steps=3)
    decisions = [
        decision for step in range(1, 101) for decision in policy.observe_rates(step, [1.0] * 8)
    ]
    assert [decision.action for decision in decisions] == ["advance"] * 3
    assert [decision.figures["to_stage"] for decision in decisions] == [1, 2, 3]
    assert policy.weights() == TierWeights(dict.fromkeys(Tier, 0.25))
    assert min(step.figures["steps"] or 0 for step in decisions) == 3


def test_each_test_of_a_run_asks_for_more_evidence_than_the_last() -> None:
    """1 / alpha_k = k (k + 1) / .05, that is 40, 120 and 240."""
    policy = mastery()
    found = [one for step in range(1, 101) for one in policy.observe_rates(step, [1.0] * 8)]
    needed = [one.figures["log_evidence_needed"] for one in found]
    assert needed == pytest.approx([3.688879, 4.787492, 5.480639], abs=1e-6)
    assert all((one.figures["log_evidence"] or 0) >= 3.688 for one in found)


def test_a_collapse_falls_back_within_a_window_and_not_before_the_dwell() -> None:
    policy = at_stage_one()
    step = first("fall_back", policy, lambda _: [0.0] * 8)
    assert step == 5
    assert (policy.stage, policy.weights()) == (0, TierWeights({Tier.BASIC: 0.25}))


def test_a_collapse_after_good_steps_is_seen_in_the_window_that_follows() -> None:
    """Windows end with the 20th and the 40th step of the stage."""
    policy = at_stage_one()
    draw = [[0.5, 0.75]] * 30 + [[0.0, 0.0, 0.125, 0.0]] * 50
    step = first("fall_back", policy, lambda now: draw[now - 1], num_steps=80)
    assert step is not None
    assert 40 < step <= 60


def test_exactly_at_the_collapse_level_at_most_alpha_of_the_runs_fall_back() -> None:
    """Of 100 runs of 500 steps, which are 25 windows each; 5% are 5."""
    found = [first("fall_back", at_stage_one(), drawn(Random(n), AT_COLLAPSE)) for n in range(100)]
    assert sum(step is not None for step in found) <= 5


def test_the_first_stage_is_never_left_backwards_and_0_is_never_a_collapse() -> None:
    assert first("fall_back", mastery(), lambda _: [0.0] * 8) is None
    assert first("fall_back", at_stage_one(collapse=0.0), lambda _: [0.0] * 8) is None


def test_several_batches_of_a_step_are_one_step() -> None:
    policy = mastery(min_steps=2)
    for _ in range(20):
        assert policy.observe_rates(1, [1.0] * 8) == []
    (decision,) = policy.observe_rates(2, [1.0] * 8)
    assert (decision.step, decision.figures["steps"], decision.figures["groups"]) == (2, 2, 168)


def test_completions_count_by_group_and_by_the_tiers_of_the_stage() -> None:
    """Basic passes and edge does not; one completion of each group was lost."""
    policy = mastery(min_steps=1)
    passed, lost = {Tier.BASIC: True, Tier.EDGE: False}, {Tier.BASIC: False, Tier.EDGE: None}
    decisions = policy.observe(graded(1, [[passed, lost]] * 24))
    assert [decision.figures["groups"] for decision in decisions] == [24]
    assert decisions[0].weights == TierWeights({Tier.BASIC: 0.25, Tier.INTERMEDIATE: 0.25})
    assert policy.observe([]) == []


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"weights": {"hard": 1}}, "curriculum.weights.hard:"),
        ({"stages": []}, "curriculum.stages:"),
        ({"stages": [{"start": 0, "allocation": {"basic": 1}}]}, "curriculum.stages.0:"),
        ({"stages": [{"allocation": {"basic": 0}}]}, "curriculum.stages.0.allocation:"),
        ({"level": 0.0}, "curriculum.level:"),
        ({"level": 1.0}, "curriculum.level:"),
        ({"level": float("nan")}, "curriculum.level:"),
        ({"alpha": 1}, "curriculum.alpha:"),
        ({"collapse": 0.7}, "curriculum.collapse:"),
        ({"collapse": -0.1}, "curriculum.collapse:"),
        ({"min_steps": 0}, "curriculum.min_steps:"),
        ({"window": 0}, "curriculum.window:"),
    ],
)
def test_a_bad_setting_names_its_key(settings: dict[str, Any], key: str) -> None:
    with pytest.raises(UserError) as caught:
        mastery(**settings)
    assert str(caught.value).startswith(key)
    assert "\n" not in str(caught.value)
