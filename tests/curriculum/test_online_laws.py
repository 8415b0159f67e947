"""Laws of every on-line policy that ships, over any completions."""

import copy
import json
import math
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hydra.utils import instantiate
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from tarot.curriculum import OnlinePolicy
from tarot.types import GradedCompletion, Tier
from tests.curriculum.graded import graded

FOLDER = Path(__file__).parents[2] / "conf" / "curriculum"
QUICK = {"bandit": {"dwell": 2, "window": 2, "epsilon": 0.5}, "mastery": {"min_steps": 1}}
"""Settings under which a few steps are enough for decisions."""

VERDICTS = st.sampled_from([True, True, True, False, None])
COMPLETIONS = st.dictionaries(st.sampled_from(Tier), VERDICTS)
GROUPS = st.lists(st.lists(COMPLETIONS, max_size=3), max_size=4)
HAVE_PASSED = st.just([[dict.fromkeys(Tier, True)]] * 24)
HAVE_FAILED = st.just([[dict.fromkeys(Tier, False)]] * 24)
STEPS = st.lists(st.tuples(st.integers(0, 2), GROUPS | HAVE_PASSED | HAVE_FAILED), max_size=10)


@cache
def built(name: str) -> OnlinePolicy:
    node = OmegaConf.merge(OmegaConf.load(FOLDER / f"{name}.yaml"), QUICK[name])
    one: OnlinePolicy = instantiate(node, _convert_="all")
    return one


def policy(name: str) -> OnlinePolicy:
    """A new one."""
    return copy.deepcopy(built(name))


def batches(steps: list[tuple[int, Any]]) -> list[list[GradedCompletion]]:
    """Batches in order; a step comes in several where it is 0 after the last."""
    found, step = [], 1
    for gap, groups in steps:
        step += gap
        found.append(graded(step, groups))
    return found


@pytest.mark.parametrize("name", QUICK)
@given(steps=STEPS)
def test_weights_are_always_finite_and_at_least_0_with_one_above(
    name: str, steps: list[tuple[int, Any]]
) -> None:
    one = policy(name)
    for batch in [[], *batches(steps)]:
        decisions = one.observe(batch)
        weights = one.weights().weights
        assert all(math.isfinite(weight) and weight >= 0 for weight in weights.values())
        assert any(weight > 0 for weight in weights.values())
        assert {decision.step for decision in decisions} <= {one.step for one in batch}
        assert all(decision.weights == one.weights() for decision in decisions[-1:])
        json.dumps([decision.to_json() for decision in decisions], allow_nan=False)


@pytest.mark.parametrize("name", QUICK)
@given(steps=STEPS, cut=st.integers(0, 10))
def test_one_that_goes_on_from_json_decides_as_one_that_never_stopped(
    name: str, steps: list[tuple[int, Any]], cut: int
) -> None:
    whole, stopped, resumed = policy(name), policy(name), policy(name)
    decided = [whole.observe(batch) for batch in batches(steps)]
    before, after = batches(steps)[:cut], batches(steps)[cut:]
    again = [stopped.observe(batch) for batch in before]
    resumed.load_state_dict(json.loads(json.dumps(stopped.state_dict(), allow_nan=False)))
    assert resumed.state_dict() == stopped.state_dict()
    again += [resumed.observe(batch) for batch in after]
    assert again == decided
    assert resumed.state_dict() == whole.state_dict()
    assert resumed.weights() == whole.weights() == pickle.loads(pickle.dumps(whole)).weights()


@pytest.mark.parametrize("name", QUICK)
def test_a_state_that_was_given_does_not_change_afterwards(name: str) -> None:
    one = policy(name)
    one.observe(graded(1, [[{Tier.BASIC: True}]]))
    state = one.state_dict()
    kept = json.dumps(state)
    for step in range(2, 9):
        one.observe(graded(step, [[{Tier.BASIC: True}]] * 3))
    assert json.dumps(state) == kept


def test_they_decide_in_these_settings() -> None:
    """Else the laws above would say little."""
    for name in QUICK:
        one = policy(name)
        passed = [[dict.fromkeys(Tier, True)]] * 24
        assert one.observe(graded(1, passed)) or one.observe(graded(2, passed))
