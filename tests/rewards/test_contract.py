"""What TRL asks of a reward, held against every file of conf/reward and every class here."""

import importlib
import inspect
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf

from tarot.types import (
    Grade,
    GradedCompletion,
    Program,
    Reward,
    TestResult,
    Tier,
    TierWeights,
    Verdict,
)

ROOT = Path(__file__).parents[2]
OPTIONS = sorted(path.stem for path in (ROOT / "conf" / "reward").glob("*.yaml"))
WEIGHTS = TierWeights(dict.fromkeys(Tier, 0.25))


def node(option: str) -> dict[str, object]:
    with initialize_config_dir(str(ROOT / "conf"), version_base=None):
        config = compose("train", [f"reward={option}", "name=contract"])
    resolved = OmegaConf.to_container(config.reward, resolve=True)
    assert isinstance(resolved, dict)
    return {str(key): value for key, value in resolved.items()}


@pytest.fixture(params=OPTIONS)
def reward(request: pytest.FixtureRequest) -> Reward:
    built: Reward = instantiate(node(request.param), _convert_="all")
    return built


def batch() -> list[GradedCompletion]:
    """Two groups of eight; each has one completion that could not be judged."""
    verdicts = [Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.TIME_LIMIT, Verdict.NO_CODE]
    completions = []
    for row in range(16):
        found = [verdicts[(row + place) % 4] for place in range(4)]
        if row % 8 == 3:
            found[2] = Verdict.INFRASTRUCTURE
        results = tuple(TestResult(tier, v) for tier, v in zip(Tier, found, strict=True))
        grade = Grade(Program("pass"), results)
        text = "<think>\nx\n</think>\n<answer>\n```python\npass\n```\n</answer>" if row % 3 else "x"
        completions.append(GradedCompletion(text, "p", grade, WEIGHTS, step=1, group=row // 8))
    return completions


def test_a_reward_gives_one_value_or_none_each(reward: Reward) -> None:
    completions = batch()
    values = reward(completions)
    left_out = [index for index, value in enumerate(values) if value is None]
    assert len(values) == len(completions)
    assert left_out == [3, 11]


def test_a_reward_leaves_out_a_problem_without_an_active_tier(reward: Reward) -> None:
    untiered = Grade(Program("pass"), (TestResult(None, Verdict.ACCEPTED),))
    completions = batch()
    for row in (0, 5, 9):
        completions[row] = replace(completions[row], grade=untiered)
    values = reward(completions)
    assert [row for row, value in enumerate(values) if value is None] == [0, 3, 5, 9, 11]


def test_a_tier_that_a_problem_lacks_costs_it_nothing(reward: Reward) -> None:
    """All tests of a group pass, so that permuted rewards are the same as well."""
    weights = TierWeights({Tier.BASIC: 0.25, Tier.EDGE: 0.75})
    group = [
        GradedCompletion("x", "p", Grade(Program("pass"), results), weights, step=1, group=0)
        for results in [(TestResult(Tier.EDGE, Verdict.ACCEPTED),)] * 4
    ]
    values = reward(group)
    code = {value.parts["code"] for value in values if value is not None}
    assert len(values) == 4
    assert code in ({1.0}, {0.75})


def test_a_reward_names_the_same_parts_for_every_completion(reward: Reward) -> None:
    assert len({tuple(value.parts) for value in reward(batch()) if value is not None}) == 1


def test_a_reward_is_deterministic_and_survives_pickling(reward: Reward) -> None:
    assert reward(batch()) == reward(batch()) == pickle.loads(pickle.dumps(reward))(batch())


def test_a_reward_is_synchronous(reward: Reward) -> None:
    assert not inspect.iscoroutinefunction(type(reward).__call__)


def test_a_reward_takes_an_empty_batch(reward: Reward) -> None:
    assert reward([]) == []


def test_every_reward_class_has_a_file_in_conf() -> None:
    found = set()
    for path in (ROOT / "rewards").glob("[!_]*.py"):
        module = importlib.import_module(f"rewards.{path.stem}")
        for name, cls in inspect.getmembers(module, inspect.isclass):
            if cls.__module__ == module.__name__ and name.endswith("Reward"):
                found.add(f"{module.__name__}.{name}")
    assert found == {str(node(option)["_target_"]) for option in OPTIONS}
