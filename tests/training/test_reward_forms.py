"""A reward as one function and as one for each part: TRL's advantages, by an independent route."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from numpy.typing import NDArray

from rewards.shuffled import ShuffledReward
from rewards.tiered import TieredReward
from tarot.curriculum import Aggregate, decoupled_weights
from tarot.grading.grader import Grader
from tarot.sampling import LoadedModel
from tarot.sandbox.local import LocalSandbox
from tarot.training.reward_function import RewardFunction, StepOutcome
from tarot.training.reward_parts import trl_functions
from tarot.training.steering import Steering
from tarot.training.trainer import TierGRPOTrainer
from tarot.types import (
    Execution,
    GradedCompletion,
    Job,
    Limits,
    Problem,
    Reward,
    StopReason,
    TestCase,
    Tier,
    TierWeights,
    UserError,
)
from tests.sampling.small_models import load_small
from tests.training.on_cpu import grpo_config

pytestmark = pytest.mark.e2e

LIMITS = Limits(cpu_s=5.0, wall_s=30.0, memory_mb=512, output_kb=64)
TESTS = (TestCase("1", "1", Tier.BASIC), TestCase("2", "2", Tier.EDGE))
PROBLEM = Problem("echo", "", TESTS)
GROUP = 4
WEIGHTS = {"code": 2.0, "format": 0.5, "lines": 1.0}
# With the parts that they earn; basic is a quarter of the code part, edge three quarters.
COMPLETIONS = (
    ("print(input())", (1.0, 1.0, 1.0)),
    ("print(1)", (0.25, 1.0, 1.0)),
    ("x = 2\nprint(x)", (0.75, 0.0, 2.0)),
    ("print('lost')", (nan, nan, nan)),
    ("x = 3\nprint(x)", (0.0, 0.0, 2.0)),
    ("print(4)", (0.0, 1.0, 1.0)),
    ("x = 5\nx = 6\nprint(x)", (0.0, 0.0, 3.0)),
    ("print( 1)", (0.25, 1.0, 1.0)),
)
NUM_JOBS = len(COMPLETIONS) * len(TESTS)


class BasicAndEdge:
    def at(self, progress: float) -> TierWeights:
        return TierWeights({Tier.BASIC: 0.25, Tier.EDGE: 0.75})


class Lines:
    """A part of the user's own: the number of lines."""

    def __call__(self, completion: GradedCompletion) -> float:
        return float(len(completion.completion.splitlines()))


class CountingSandbox(LocalSandbox):
    """Keeps all jobs, and loses the programs that say so."""

    def __init__(self) -> None:
        super().__init__(slots=1)
        self.jobs: list[Job] = []

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self.jobs += jobs
        return [
            replace(execution, stopped_by=StopReason.INFRASTRUCTURE)
            if "lost" in job.program.source
            else execution
            for job, execution in zip(jobs, super().run(jobs), strict=True)
        ]


@dataclass
class Scored:
    """What TRL made of the completions, and what that took."""

    advantages: list[float] = field(default_factory=list)
    num_trained_tokens: list[int] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    outcomes: list[StepOutcome] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def tiered(aggregate: Aggregate) -> TieredReward:
    return TieredReward(
        WEIGHTS, format_pattern=r"print.*", extra={"lines": Lines()}, aggregate=aggregate
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_small(tmp_path_factory.mktemp("models") / "tiny", "tiny")


def scored(model: LoadedModel, folder: Path, reward: Reward) -> Scored:
    """The completions as TRL scores them for a step."""
    sandbox, found = CountingSandbox(), Scored()
    tokens = [
        [*model.tokenizer(text)["input_ids"], model.tokenizer.eos_token_id]
        for text, _ in COMPLETIONS
    ]
    function = RewardFunction(
        problems={PROBLEM.id: PROBLEM},
        grader=Grader(sandbox, LIMITS, cache_size=0),
        steering=Steering(BasicAndEdge()),
        reward=reward,
        group_size=GROUP,
        eos_token_ids=[model.tokenizer.eos_token_id],
        turn_ends={},
        check_judged=lambda share: None,
        on_step=found.outcomes.append,
    )
    rows = [{"prompt": [{"role": "user", "content": "Go."}], "problem_id": PROBLEM.id}] * len(
        tokens
    )
    weights = decoupled_weights(reward)
    trainer = TierGRPOTrainer(
        model=model.weights,
        processing_class=model.tokenizer,
        reward_funcs=trl_functions(function, weights),
        rollout_func=lambda prompts, _: {
            "prompt_ids": [[1]] * len(prompts),
            "completion_ids": tokens,
            "logprobs": None,
        },
        args=grpo_config(folder, len(tokens), GROUP, **({} if weights is None else AS_DECOUPLED)),
        train_dataset=Dataset.from_list(rows),
    )
    trainer.state.max_steps = 10
    batch: dict[str, Any] = trainer._generate_and_score_completions(rows)
    sandbox.close()
    found.advantages = batch["advantages"].tolist()
    found.num_trained_tokens = batch["completion_mask"].sum(dim=1).tolist()
    found.jobs, found.names = sandbox.jobs, trainer.reward_func_names
    return found


AS_DECOUPLED = {
    "reward_weights": list(WEIGHTS.values()),
    "multi_objective_aggregation": "normalize_then_sum",
}


def normalized(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Less the mean, over the deviation and TRL's epsilon, of what is not NaN along the rows."""
    deviation = np.nanstd(values, axis=0, ddof=1)
    return np.asarray((values - np.nanmean(values, axis=0)) / (deviation + 1e-4))


def expected(aggregate: Aggregate) -> list[float]:
    parts = np.array([parts for _, parts in COMPLETIONS])
    weights = np.array(list(WEIGHTS.values()))
    groups = parts.reshape(-1, GROUP, len(WEIGHTS))
    if aggregate is Aggregate.SUM:
        advantages = np.concatenate([normalized(group @ weights) for group in groups])
    else:
        sums = np.concatenate([normalized(group) @ weights for group in groups])
        advantages = normalized(sums)
    return [float(value) for value in np.nan_to_num(advantages, nan=0.0)]


@pytest.mark.parametrize("aggregate", list(Aggregate))
def test_advantages_are_those_of_the_form(
    model: LoadedModel, tmp_path: Path, aggregate: Aggregate
) -> None:
    found = scored(model, tmp_path, tiered(aggregate))
    assert found.advantages == pytest.approx(expected(aggregate), abs=1e-5)
    assert found.advantages[3] == 0
    assert [row for row, number in enumerate(found.num_trained_tokens) if number == 0] == [3]
    names = ["reward"] if aggregate is Aggregate.SUM else list(WEIGHTS)
    assert found.names == names


def test_the_two_forms_differ_in_more_than_scale() -> None:
    first, second = (np.array(expected(aggregate)) for aggregate in Aggregate)
    assert np.corrcoef(first, second)[0, 1] < 0.99


@pytest.mark.parametrize("aggregate", list(Aggregate))
def test_programs_run_and_a_step_is_recorded_once_however_many_parts_there_are(
    model: LoadedModel, tmp_path: Path, aggregate: Aggregate
) -> None:
    found = scored(model, tmp_path, tiered(aggregate))
    pairs = {(job.program.source, job.stdin) for job in found.jobs}
    assert len(found.jobs) == len(pairs) == NUM_JOBS
    (outcome,) = found.outcomes
    parts = {row.completion: row.parts for row in outcome.rollouts}
    for text, values in COMPLETIONS:
        named = {} if values[0] != values[0] else dict(zip(WEIGHTS, values, strict=True))
        assert parts[text] == named
    totals = [row.reward for row in outcome.rollouts]
    assert totals[:4] == [3.5, 2.0, 3.5, None]


@pytest.mark.parametrize("aggregate", list(Aggregate))
def test_permuted_rewards_take_their_parts_along(
    model: LoadedModel, tmp_path: Path, aggregate: Aggregate
) -> None:
    reward = ShuffledReward(tiered(aggregate), seed=3)
    assert (reward.aggregate, decoupled_weights(reward)) == (
        aggregate,
        None if aggregate is Aggregate.SUM else WEIGHTS,
    )
    (outcome,) = scored(model, tmp_path, reward).outcomes
    of_group = [values for _, values in COMPLETIONS[GROUP:]]
    found = [tuple(row.parts.values()) for row in outcome.rollouts[GROUP:]]
    assert sorted(found) == sorted(of_group)
    assert found != of_group
    for row in outcome.rollouts:
        if row.reward is not None:
            assert row.reward == sum(WEIGHTS[name] * value for name, value in row.parts.items())


class Unweighted:
    """A reward that is decoupled without weights."""

    part_names = ("a", "b")
    aggregate = "decoupled"
    part_weights = {"a": 1.0}  # noqa: RUF012

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[Any]:
        return []


def test_a_decoupled_reward_gives_every_part_a_weight() -> None:
    with pytest.raises(UserError) as caught:
        decoupled_weights(Unweighted())
    assert str(caught.value).startswith("reward.aggregate=decoupled: part_weights has a where")
