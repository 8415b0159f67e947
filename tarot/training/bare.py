"""GRPO by TRL's own trainer, without anything of ours around it: the baseline of a bench.

It takes model, prompts and arguments from the config of a run, so that both train the same. The
reward sees texts alone: nothing is graded, weighed by a curriculum or recorded.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl import GRPOTrainer

from tarot.bench.stepping import HashReward
from tarot.config.schema import RunConfig
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.prompts import build_prompt
from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.sampling import load_model, local_checkpoint, short_enough
from tarot.training.adapters import peft_config
from tarot.training.arguments import grpo_arguments
from tarot.training.exits import exit_of


def train(run: RunDirectory) -> None:
    """Train, and leave TRL's log in the run directory at the end."""
    config = RunConfig.model_validate(run.config())
    checkpoint, dtype = local_checkpoint(config.model), config.hardware.dtype
    loaded = load_model(checkpoint, config.model, dtype, config.quantization)
    source: DataSource = build("data", config.data)
    problems = short_enough(source.load(Split.TRAIN), config, loaded.tokenizer)
    prompts = [build_prompt(one, config.prompt, config.model.system_role) for one in problems]
    reward: HashReward = build("reward", config.reward)

    def reward_texts(completions: Sequence[Any], trainer_state: Any, **_: Any) -> list[float]:
        texts = [completion[0]["content"] for completion in completions]
        return reward.of_texts(texts, trainer_state.global_step + 1)

    trainer = GRPOTrainer(
        model=loaded.weights,
        processing_class=loaded.tokenizer,
        args=grpo_arguments(config, run),
        train_dataset=Dataset.from_list([{"prompt": prompt} for prompt in prompts]),
        reward_funcs=[reward_texts],
        peft_config=peft_config(config.lora, loaded.weights),
    )
    trainer.train()
    for line in trainer.state.log_history[:-1]:
        run.log.append(line)


def main(directory: str) -> Exit:
    """Train to the end; the last line of standard error is the cause of a failure."""
    run = RunDirectory.open(Path(directory))
    return exit_of(lambda: train(run))
