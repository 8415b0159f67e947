"""A short supervised stage on reference solutions, before GRPO, in a process of its own.

A small model that prints prose can't earn a reward, so GRPO would have nothing to reinforce. The
result is cached by everything that it depends on.
"""

from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import (
    PrinterCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from trl import SFTConfig, SFTTrainer

from tarot.config.schema import ColdStartConfig, RunConfig
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.prompts import build_prompt
from tarot.runs import RunDirectory
from tarot.runs.cache import build_once
from tarot.runs.child import command_of
from tarot.runs.exits import Exit
from tarot.sampling import load_model, local_checkpoint
from tarot.training.cold_start_cache import cached_folder
from tarot.training.display import Advance, Display
from tarot.training.exits import exit_of
from tarot.training.stage_process import run_stage
from tarot.types import Problem, UserError

MODULE = "tarot.training.cold_start"


def cold_started(run: RunDirectory, config: RunConfig, settings: ColdStartConfig) -> Path:
    """The checkpoint after the cold start; trained first, in a child, where it isn't cached.

    Raises:
        UserError: for what the user has to mend, in the child's own words.
        ChildFailure: if the child failed otherwise.
        KeyboardInterrupt: if it was stopped.
    """

    def train(target: Path) -> None:
        _demonstrations(config, settings)
        run_stage("the cold start", command_of(MODULE, str(run.path), str(target)))

    return build_once(cached_folder(run, config, settings), train)


def _demonstrations(config: RunConfig, settings: ColdStartConfig) -> list[dict[str, Any]]:
    """The first problems with a reference; UserError where there are too few."""
    source: DataSource = build("data", config.data)
    problems = [problem for problem in source.load(Split.TRAIN) if problem.reference]
    if len(problems) < settings.problems:
        raise UserError(
            f"cold_start.problems: {settings.problems} asked for, but {len(problems)} training "
            "problems have a reference solution; choose fewer"
        )
    return [_demonstration(problem, config) for problem in problems[: settings.problems]]


def _demonstration(problem: Problem, config: RunConfig) -> dict[str, Any]:
    answer = (problem.reference or "").strip()
    return {
        "prompt": build_prompt(problem, config.prompt, config.model.system_role),
        "completion": [{"role": "assistant", "content": answer}],
    }


class _Progress(TrainerCallback):
    def __init__(self, advance: Advance) -> None:
        self._advance = advance

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if logs and "loss" in logs:
            self._advance(state.global_step, f"loss {float(logs['loss']):.2f}")


def _train(config: RunConfig, settings: ColdStartConfig, target: Path, display: Display) -> None:
    loaded = load_model(local_checkpoint(config.model), config.model, config.hardware.dtype)
    demonstrations = _demonstrations(config, settings)
    arguments = SFTConfig(
        output_dir=str(target),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        seed=settings.seed,
        use_cpu=config.hardware.device == "cpu",
        bf16=config.hardware.autocast == "bfloat16",
        gradient_checkpointing=False,
        dataloader_pin_memory=False,
        save_strategy="no",
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
    )
    steps = -(-len(demonstrations) // settings.batch_size) * settings.epochs
    with display.stage("cold start", steps) as advance:
        trainer = SFTTrainer(
            model=loaded.weights,
            args=arguments,
            train_dataset=Dataset.from_list(demonstrations),
            processing_class=loaded.tokenizer,
            callbacks=[_Progress(advance)],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    loaded.weights.save_pretrained(target)
    loaded.tokenizer.save_pretrained(target)


def main(directory: str, target: str) -> Exit:
    """Train the cold start of the run in a directory and save it to `target`."""
    return exit_of(lambda: _train_for(RunDirectory.open(Path(directory)), Path(target)))


def _train_for(run: RunDirectory, target: Path) -> None:
    config = RunConfig.model_validate(run.config())
    if config.cold_start is not None:
        _train(config, config.cold_start, target, Display())
