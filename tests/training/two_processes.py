"""What a process of a training finds, as JSON in a file of its own; started by torchrun."""

import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from datasets import Dataset

from rewards.shuffled import ShuffledReward
from rewards.tiered import TieredReward
from tarot.capability import write_outcomes
from tarot.cli.composition import compose
from tarot.config.sampling import SamplingSettings
from tarot.config.schema import HardwareConfig, PromptConfig
from tarot.grading.grader import Grader
from tarot.sampling import Completion, LoadedModel, load_model
from tarot.sandbox.cloud.usage import SandboxUsage
from tarot.sandbox.local import LocalSandbox
from tarot.training import processes
from tarot.training.dynamic_sampling import DynamicGRPOTrainer
from tarot.training.evaluating import EvalTask, SharedJudge
from tarot.training.measuring import Measuring
from tarot.training.reward_function import RewardFunction, StepOutcome
from tarot.training.shared_sampling import shared_sampler
from tarot.training.steering import Steering
from tarot.training.stopping import Outage
from tarot.training.trainer import TierGRPOTrainer
from tarot.training.usage import UsageMeter
from tarot.types import (
    Execution,
    GradedCompletion,
    Job,
    Limits,
    Problem,
    Reward,
    RewardValue,
    Sandbox,
    StopReason,
    TestCase,
    Tier,
    TierWeights,
)
from tests.sampling.parrot import parrot as parrot_model
from tests.sampling.small_models import load_small
from tests.training.on_cpu import grpo_config

LIMITS = Limits(cpu_s=5.0, wall_s=30.0, memory_mb=512, output_kb=64)
GROUP = 4
# Three groups over two processes, so the second one is split; each completion prints its answer.
ANSWERS = (1, 2, 1, 1, 1, 2, 1, 1, 2, 2, 2, 1)
PROBLEM_OF_GROUP = ("a", "b", "c")
PROBLEMS = {
    name: Problem(name, "", (TestCase(name, "1", Tier.BASIC), TestCase(name, "2", Tier.EDGE)))
    for name in PROBLEM_OF_GROUP
}


class EdgeCountsMore:
    def at(self, progress: float) -> TierWeights:
        return TierWeights({Tier.BASIC: 0.25, Tier.EDGE: 0.75})


class OutOnRankOne(LocalSandbox):
    """Loses, on the second process, all jobs of its calls number `lost`; may signal its process."""

    def __init__(self, lost: Sequence[int] = (), stop_at: int = 0, **settings: Any) -> None:
        super().__init__(**{**settings, "slots": 1})
        self._lost, self._stop_at, self._num_calls = lost, stop_at, 0

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self._num_calls += 1
        executions = super().run(jobs)
        if os.environ["RANK"] != "1":
            return executions
        if self._num_calls == self._stop_at:
            os.kill(os.getpid(), signal.SIGTERM)
        if self._num_calls not in self._lost:
            return executions
        return [replace(one, stopped_by=StopReason.INFRASTRUCTURE) for one in executions]


class BrokenOnRankOne(LocalSandbox):
    """Breaks its promise never to raise."""

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        if os.environ["RANK"] == "1":
            raise ValueError("no such slot")
        return super().run(jobs)


class MeteredOnEach:
    """Says of an account what `told` has, one after the other, times the number of its process."""

    def __init__(self, *told: float) -> None:
        self._told = iter(told)

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        return []

    def close(self) -> None:
        pass

    def usage(self) -> SandboxUsage:
        number = next(self._told) * (processes.rank() + 1)
        return SandboxUsage(int(number), int(10 * number), number)


class BrokenReward:
    part_names = ("code",)

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        raise KeyError("oops")


def scored(model: LoadedModel, folder: Path, sandbox: Sandbox, reward: Reward) -> dict[str, Any]:
    """What TRL makes of this process's half of the answers."""
    size, rank = len(ANSWERS) // 2, processes.rank()
    rows = [
        {"prompt": [{"role": "user", "content": "Go."}], "problem_id": PROBLEM_OF_GROUP[row // 4]}
        for row in range(len(ANSWERS))
    ]
    mine = slice(rank * size, (rank + 1) * size)
    tokens = [
        [*model.tokenizer(f"print({answer})  # {row}")["input_ids"], model.tokenizer.eos_token_id]
        for row, answer in enumerate(ANSWERS)
    ][mine]
    outcomes: list[StepOutcome] = []
    grader = Grader(sandbox, LIMITS)
    function = RewardFunction(
        problems=PROBLEMS,
        grader=grader,
        steering=Steering(EdgeCountsMore()),
        reward=reward,
        group_size=GROUP,
        eos_token_ids=[model.tokenizer.eos_token_id],
        turn_ends={},
        check_judged=lambda share: None,
        on_step=outcomes.append,
    )
    trainer = TierGRPOTrainer(
        model=model.weights,
        processing_class=model.tokenizer,
        reward_funcs=[function],
        rollout_func=lambda prompts, _: {
            "prompt_ids": [[1]] * len(prompts),
            "completion_ids": tokens,
            "logprobs": None,
        },
        args=grpo_config(folder, size, GROUP, scale_rewards="none"),
        train_dataset=Dataset.from_list(rows),
    )
    trainer.state.max_steps = 10
    model.weights.train()
    try:
        batch = trainer._generate_and_score_completions(rows[mine])
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        grader.close()
    (outcome,) = outcomes
    return {
        "advantages": batch["advantages"].tolist(),
        "num_trained_tokens": batch["completion_mask"].sum(dim=1).tolist(),
        "num_items": int(batch["num_items_in_batch"]),
        "logged": {name: values[-1] for name, values in trainer._metrics["train"].items()},
        "rows": [[row.group, row.problem_id, row.completion] for row in outcome.rollouts],
        "rewards": [row.reward for row in outcome.rollouts],
    }


def sampled(model: LoadedModel, folder: Path) -> dict[str, Any]:
    """Dynamic sampling by this process: three of nine problems vary, none of the step's own."""
    size, rank = len(ANSWERS) // 2, processes.rank()
    seen: list[list[tuple[str, list[int]]]] = []
    told: list[Sequence[bool]] = []

    def rewards(problem_id: list[str], completion_ids: list[list[int]], **_: object) -> list[float]:
        seen.append(list(zip(problem_id, completion_ids, strict=True)))
        return [float(row % 2) if name in "678" else 1.0 for row, name in enumerate(problem_id)]

    rows = [
        {"prompt": [{"role": "user", "content": "Go." * (number + 1)}], "problem_id": str(number)}
        for number in range(9)
    ]
    trainer = DynamicGRPOTrainer(
        max_batches=3,
        on_selection=told.append,
        model=model.weights,
        processing_class=model.tokenizer,
        reward_funcs=[rewards],
        args=grpo_config(folder, size, GROUP, max_completion_length=8),
        train_dataset=Dataset.from_list(rows),
    )
    model.weights.train()
    own = [row for row in rows[:3] for _ in range(GROUP)]
    batch = trainer._generate_and_score_completions(own[rank * size :][:size])
    masks = batch["completion_mask"].bool()
    return {
        "seen": seen,
        "told": told,
        "found": [i[m].tolist() for i, m in zip(batch["completion_ids"], masks, strict=True)],
        "least_advantage": float(batch["advantages"].abs().min()),
        "num_items": int(batch["num_items_in_batch"]),
    }


def evaluated(model: LoadedModel, folder: Path, sandbox: Sandbox) -> dict[str, Any]:
    """An evaluation of five problems by however many processes, in batches of two of them."""
    chosen = [replace(PROBLEMS[name], id=f"{name}{n}") for n in range(2) for name in PROBLEMS][:5]
    settings = SamplingSettings(1.0, 1.0, 0, max_new_tokens=12, batch_size=7)
    trainer = TierGRPOTrainer(
        model=model.weights,
        processing_class=model.tokenizer,
        reward_funcs=[lambda completions, **_: [0.0] * len(completions)],
        args=grpo_config(folder, GROUP, GROUP),
        train_dataset=Dataset.from_list([{"prompt": "x"}]),
    )
    grader = Grader(sandbox, LIMITS)
    prompt = PromptConfig(system=None, instruction="{statement}", format_pattern=None)
    judge = SharedJudge(grader)
    task = EvalTask(chosen, 3, 5, Measuring(prompt, True, settings, judge, 0.5))
    sampler = shared_sampler(trainer, model, lambda: processes.any_process(False))
    texts: list[str] = []

    def noted(*arguments: Any, **named: Any) -> list[list[Completion]]:
        drawn = sampler(*arguments, **named)
        texts.extend(one.text for completions in drawn for one in completions)
        return drawn

    try:
        outcomes, metrics = task.measured(noted)
    except Outage as outage:
        return {"error": str(outage)}
    finally:
        grader.close()
    return {
        "texts": texts,
        "outcomes": write_outcomes(outcomes),
        "metrics": {key: repr(value) for key, value in metrics.items()},
    }


def main(folder: Path) -> None:
    (job,) = compose("train", ["+experiment=tiny", "hardware.processes=2"])
    processes.join(HardwareConfig(**job.config["hardware"]))
    model = load_small(folder / "model", "tiny")
    parrot = load_model(str(folder / "parrot"), parrot_model(), "float32")
    code = TieredReward({"code": 1.0})
    meter = UsageMeter(MeteredOnEach(2, 5))
    found = {
        "usage": [UsageMeter(OutOnRankOne()).metrics(), meter.metrics(), meter.metrics()],
        "whole": scored(model, folder, OutOnRankOne(), code),
        "half": scored(model, folder, OutOnRankOne(lost=[1]), code),
        "shuffled": scored(model, folder, OutOnRankOne(), ShuffledReward(code, seed=1)),
        "broken sandbox": scored(model, folder, BrokenOnRankOne(slots=1), code),
        "broken reward": scored(model, folder, OutOnRankOne(), BrokenReward()),
        "sampled": sampled(model, folder),
        "evaluated": evaluated(parrot, folder, OutOnRankOne()),
        "evaluated in an outage": evaluated(parrot, folder, OutOnRankOne(lost=[1])),
        "flags": [processes.any_process(processes.rank() == 1), processes.any_process(False)],
    }
    (folder / f"rank-{processes.rank()}.json").write_text(json.dumps(found))
    processes.leave()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
