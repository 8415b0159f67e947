"""A run, from its directory to its summary: cold start, probe, decision, GRPO, evaluation.

Every stage leaves its result in the run directory and is skipped where that is there already, so
the same command goes on where the last one stopped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset
from transformers import PreTrainedTokenizerBase, PrinterCallback, set_seed

from tarot.capability import (
    AdaptiveChoice,
    Decision,
    ProblemOutcomes,
    read_outcomes,
    write_outcomes,
)
from tarot.config.schema import RunConfig
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.grading.grader import Grader, self_check
from tarot.probe import measure
from tarot.prompts import build_prompt
from tarot.runs import RunDirectory, read_json, write_atomically, write_json
from tarot.sampling import LoadedModel, SamplingSettings, load_model, local_checkpoint
from tarot.training.arguments import grpo_arguments
from tarot.training.cold_start import cold_started
from tarot.training.display import Display
from tarot.training.recording import StepRecorder
from tarot.training.reward_function import RewardFunction
from tarot.training.stopping import StopRequest
from tarot.training.summary import Outcomes, show_summary, summarize
from tarot.training.trainer import TierGRPOTrainer
from tarot.types import Limits, Policy, Problem, Reward, UserError


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stages of one run share."""

    run: RunDirectory
    config: RunConfig
    problems: Mapping[Split, Sequence[Problem]]
    grader: Grader
    display: Display
    stop: StopRequest


class Outage(RuntimeError):
    """Too many completions could not be judged; what came before is saved."""


def train(run: RunDirectory, stop: StopRequest) -> None:
    """Bring the run in `run` to its end, from wherever it was."""
    config = RunConfig.model_validate(run.config())
    display = Display()
    if config.hardware.device == "cpu":
        torch.set_num_threads(config.hardware.threads)
    source: DataSource = build("data", config.data)
    limits = Limits(**config.grading.limits.model_dump())
    sandbox = build("sandbox", config.sandbox)
    grader = Grader(sandbox, limits, config.grading.comparator)
    try:
        self_check(sandbox)
        problems = {split: source.load(split) for split in Split}
        _run_stages(Parts(run, config, problems, grader, display, stop))
    finally:
        grader.close()


def _run_stages(parts: Parts) -> None:
    with parts.run.lock():
        checkpoint = parts.run.resume()
        loaded = _load(parts)
        before = _outcomes(parts, loaded, "before")
        policy = _policy(parts, before)
        _optimize(parts, loaded, policy, checkpoint)
        after = _outcomes(parts, loaded, "after")
        summary = summarize(before, after)
        write_json(parts.run.summary_path, summary.to_json())
        show_summary(summary, parts.run.path, parts.display)


def _load(parts: Parts) -> LoadedModel:
    config = parts.config
    parts.display.say(f"model {config.model.id}")
    if config.cold_start is None:
        checkpoint = local_checkpoint(config.model)
    else:
        checkpoint = str(cold_started(parts.run, config, config.cold_start))
    loaded = load_model(checkpoint, config.model, config.hardware.dtype)
    if config.hardware.device == "cuda":
        loaded.weights.to("cuda")
    return loaded


def _outcomes(parts: Parts, loaded: LoadedModel, when: str) -> Outcomes:
    """The held-out problems as the model solves them now, or did when it was measured."""
    evaluation = parts.config.evaluation
    numbers = {
        Split(evaluation.split): evaluation.problems,
        Split.UNSEEN: evaluation.unseen_problems,
    }
    chosen = {split: list(parts.problems[split])[:number] for split, number in numbers.items()}
    return {
        split: _measured(parts, loaded, problems, f"{when}-{split}")
        for split, problems in chosen.items()
        if problems
    }


def _measured(
    parts: Parts, loaded: LoadedModel, problems: Sequence[Problem], name: str
) -> tuple[ProblemOutcomes, ...]:
    path = parts.run.outcomes_path / f"{name}.json"
    if path.exists():
        return read_outcomes(path.read_bytes())
    config = parts.config
    with parts.display.stage(f"evaluate {name}", len(problems)) as advance:
        outcomes = measure(
            loaded,
            problems,
            config.prompt,
            config.model.system_role,
            grader=parts.grader,
            samples=config.evaluation.samples,
            settings=_sampling(config),
            seed=config.seed,
            on_progress=lambda done: advance(done, ""),
        )
    num_unjudged = sum(outcome.num_unjudged for outcome in outcomes)
    _check_judged(num_unjudged / (len(outcomes) * config.evaluation.samples), config)
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, write_outcomes(outcomes).encode())
    return outcomes


def _sampling(config: RunConfig) -> SamplingSettings:
    """As in training: the same temperature, nucleus and length."""
    trainer = config.trainer
    return SamplingSettings(
        temperature=float(trainer.get("temperature", 1.0)),
        top_p=float(trainer.get("top_p", 1.0)),
        top_k=int(trainer.get("top_k", 0)),
        max_new_tokens=int(trainer["max_completion_length"]),
        batch_size=config.evaluation.batch_size,
    )


def _policy(parts: Parts, before: Outcomes) -> Policy:
    """The configured policy, or the one that the adaptive curriculum chooses, once and for all."""
    curriculum: Policy | AdaptiveChoice = build("curriculum", parts.config.curriculum)
    if not isinstance(curriculum, AdaptiveChoice):
        return curriculum
    path = parts.run.decision_path
    if path.exists():
        decision = Decision.from_json(read_json(path))
    else:
        probed = Split(parts.config.evaluation.split)
        if probed not in before:
            raise UserError(
                "curriculum=adaptive: the data has no held-out problems to probe; "
                "raise data.test_share or name a policy, such as curriculum=forward_ce"
            )
        decision = curriculum.decide(before[probed], parts.config.num_generations)
        write_json(path, decision.to_json())
    parts.display.say(f"curriculum {decision.chosen}: {decision.reason}")
    return curriculum.policy(decision.chosen)


def _optimize(parts: Parts, loaded: LoadedModel, policy: Policy, checkpoint: Path | None) -> None:
    """GRPO on the training problems, from a checkpoint or from the start."""
    config, run = parts.config, parts.run
    problems = _short_enough(parts, loaded.tokenizer)
    arguments = grpo_arguments(config, run)
    set_seed(config.seed)
    total = int(config.trainer.get("max_steps", -1))
    with parts.display.stage("GRPO", total) as advance, parts.stop.deferred():
        recorder = StepRecorder(
            run,
            advance,
            should_stop=lambda: parts.stop.is_set or _is_out(recorder.unjudged_share, config),
        )
        reward: Reward = build("reward", config.reward)
        trainer = TierGRPOTrainer(
            model=loaded.weights,
            processing_class=loaded.tokenizer,
            args=arguments,
            train_dataset=_dataset(problems, config),
            reward_funcs=[
                RewardFunction(
                    problems={problem.id: problem for problem in problems},
                    grader=parts.grader,
                    policy=policy,
                    reward=reward,
                    group_size=config.num_generations,
                    eos_token_ids=loaded.eos_token_ids,
                    on_step=recorder.on_rewards,
                )
            ],
            callbacks=[recorder],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    _check_judged(recorder.unjudged_share, config)


def _is_out(share: float, config: RunConfig) -> bool:
    return share > config.grading.max_unjudged_share


def _check_judged(share: float, config: RunConfig) -> None:
    """Outage if too much was lost, so that the same command does this again."""
    if _is_out(share, config):
        raise Outage(
            f"{share:.0%} of the completions could not be judged, more than "
            f"grading.max_unjudged_share={config.grading.max_unjudged_share}: is the sandbox out?"
        )


def _short_enough(parts: Parts, tokenizer: PreTrainedTokenizerBase) -> list[Problem]:
    """The training problems whose prompt is within the limit; the rest is counted and said."""
    config = parts.config
    kept = []
    for problem in parts.problems[Split.TRAIN]:
        prompt = build_prompt(problem, config.prompt, config.model.system_role)
        encoded = tokenizer.apply_chat_template(
            prompt, add_generation_prompt=True, tokenize=True, return_dict=True
        )
        if len(encoded["input_ids"]) <= config.max_prompt_tokens:
            kept.append(problem)
    num_dropped = len(parts.problems[Split.TRAIN]) - len(kept)
    if num_dropped:
        parts.display.say(
            f"{num_dropped} problems left out: over max_prompt_tokens={config.max_prompt_tokens}"
        )
    if not kept:
        raise UserError(
            f"max_prompt_tokens: {config.max_prompt_tokens} leaves no training problem; raise it"
        )
    return kept


def _dataset(problems: Sequence[Problem], config: RunConfig) -> Dataset:
    """Prompt and problem id, nothing else: TRL logs whole rows."""
    return Dataset.from_list(
        [
            {
                "prompt": build_prompt(problem, config.prompt, config.model.system_role),
                "problem_id": problem.id,
            }
            for problem in problems
        ]
    )
