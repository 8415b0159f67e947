"""The GRPO stage: from the problems and a policy to a trained model."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from datasets import Dataset
from transformers import PreTrainedTokenizerBase, PrinterCallback, set_seed

from tarot.config.batches import num_steps
from tarot.config.schedule import timeline_of
from tarot.config.schema import RunConfig
from tarot.config.targets import build
from tarot.curriculum import OnlinePolicy, decoupled_weights
from tarot.data import Split
from tarot.prompts import build_prompt
from tarot.runs.layout import check_layout, note_layout
from tarot.sampling import LoadedModel, short_enough
from tarot.training import processes
from tarot.training.adapters import peft_config
from tarot.training.arguments import grpo_arguments
from tarot.training.context import RunContext
from tarot.training.dynamic_sampling import DynamicGRPOTrainer
from tarot.training.evaluating import evaluators_of
from tarot.training.keeping import CheckpointKeeper
from tarot.training.last_step import LastStep
from tarot.training.recording import StepRecorder
from tarot.training.reward_function import RewardFunction
from tarot.training.reward_parts import trl_functions
from tarot.training.sharding import check_sharding, in_use
from tarot.training.shared_sampling import shared_sampler
from tarot.training.steering import Steering
from tarot.training.stopping import Outage
from tarot.training.tracking import Track
from tarot.training.trainer import Engine, TierGRPOTrainer
from tarot.training.weight_change import WeightChange
from tarot.types import Policy, Problem, Reward, UserError


def optimize(
    context: RunContext,
    loaded: LoadedModel,
    policy: Policy | OnlinePolicy,
    checkpoint: Path | None,
    track: Track,
) -> Engine | None:
    """GRPO on the training problems, from a checkpoint or from the start; steps go to `track`.

    The engine that generated, if it was one beside training, is for the caller to shut down when
    nothing is left to share between the processes.

    Raises:
        KeyboardInterrupt: after a stop was asked for and the step saved, or the one before it where
            the step waited for a sandbox that was out.
        Outage: if too many completions of a step could not be judged; the one before it is saved.
    """
    problems = _short_enough(context, loaded.tokenizer)
    reward: Reward = build("reward", context.config.reward)
    set_seed(context.config.seed)
    total = num_steps(context.config, len(problems))
    timeline = timeline_of(context.config, len(problems))
    processes.from_main(lambda: _keep_layout(context, checkpoint))
    steering = _steering(policy, checkpoint)
    with context.display.stage("GRPO", total) as advance, context.stop.deferred():
        should_stop = partial(_should_stop, context)
        change, last_step = WeightChange(), LastStep()
        others = partial(_other_metrics, context, change)
        recorder = StepRecorder(context.run, steering, track, advance, should_stop, others)
        function = RewardFunction(
            problems={problem.id: problem for problem in problems},
            grader=context.grader,
            steering=steering,
            reward=reward,
            group_size=context.config.num_generations,
            eos_token_ids=loaded.eos_token_ids,
            turn_ends=loaded.turn_ends,
            check_judged=context.check_judged,
            on_step=recorder.on_rewards,
            timeline=timeline,
        )
        trainer = _trainer(context, loaded, problems, function, reward, recorder)
        keeper = CheckpointKeeper(context.run, context.config.trainer.get("save_total_limit"))
        sampler = shared_sampler(trainer, loaded, should_stop)
        evaluators = evaluators_of(context, loaded, sampler, track, keeper)
        # An evaluation comes before the question whether to stop, and a checkpoint is made whole
        # before it is kept.
        for callback in (*evaluators, recorder, keeper, last_step, change):
            trainer.add_callback(callback)
        try:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        except Outage:
            _save_before(trainer, steering, last_step)
            if not should_stop():
                raise
    return trainer.engine


def _steering(policy: Policy | OnlinePolicy, checkpoint: Path | None) -> Steering:
    """Steer by a policy, which goes on from its state in a checkpoint."""
    steering = Steering(policy)
    if checkpoint is not None:
        steering.load(checkpoint)
    return steering


def _keep_layout(context: RunContext, checkpoint: Path | None) -> None:
    """Note who shares what in checkpoints; UserError if these can't take up the one to go on from.

    Whoever started the run may not have asked: a job in a queue goes on by itself.
    """
    hardware, folder = context.config.hardware.model_dump(), context.run.checkpoints_path
    if checkpoint is not None:
        check_layout(hardware, folder, checkpoint)
    note_layout(hardware, folder)


def _trainer(
    context: RunContext,
    loaded: LoadedModel,
    problems: Sequence[Problem],
    function: RewardFunction,
    reward: Reward,
    recorder: StepRecorder,
) -> TierGRPOTrainer:
    config, decoupled = context.config, decoupled_weights(reward)
    trainer = _trainer_class(config, recorder)(
        model=loaded.weights,
        processing_class=loaded.tokenizer,
        args=grpo_arguments(config, context.run, decoupled),
        train_dataset=_dataset(problems, config),
        reward_funcs=trl_functions(function, decoupled),
        peft_config=peft_config(config.lora, loaded.weights),
        timeline=timeline_of(config, len(problems)),
    )
    check_sharding(in_use(trainer.accelerator), config.hardware)
    trainer.remove_callback(PrinterCallback)
    return trainer


def _other_metrics(context: RunContext, change: WeightChange) -> dict[str, float]:
    return {**context.meter.metrics(), **change.metrics()}


def _save_before(trainer: TierGRPOTrainer, steering: Steering, last_step: LastStep) -> None:
    """Save the run as it was before the step in progress."""
    steering.forget_step()
    last_step.save(trainer)


def _trainer_class(config: RunConfig, recorder: StepRecorder) -> Callable[..., TierGRPOTrainer]:
    dynamic = config.dynamic_sampling
    if dynamic is None:
        return TierGRPOTrainer
    return partial(
        DynamicGRPOTrainer, max_batches=dynamic.max_batches, on_selection=recorder.on_selection
    )


def _should_stop(context: RunContext) -> bool:
    context.stop.is_set = processes.any_process(context.stop.is_set)
    return context.stop.is_set


def _short_enough(context: RunContext, tokenizer: PreTrainedTokenizerBase) -> list[Problem]:
    """The training problems whose prompt is within the limit; the rest is counted and said."""
    problems, limit = context.problems[Split.TRAIN], context.config.max_prompt_tokens
    kept = short_enough(problems, context.config, tokenizer)
    if len(kept) < len(problems):
        num_dropped = len(problems) - len(kept)
        context.display.say(f"{num_dropped} problems left out: over max_prompt_tokens={limit}")
    if not kept:
        raise UserError(f"max_prompt_tokens: {limit} leaves no training problem; raise it")
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
