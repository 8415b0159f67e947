"""GRPOTrainer with three changes.

What could not be judged doesn't train, a resume is exact, and a checkpoint that can't be written
ends all processes alike.

TRL gives unjudged completions advantage 0 but keeps their tokens in the loss denominator and in
the KL term.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch
from datasets import Dataset
from torch.utils.data import Sampler
from transformers import TrainerControl
from trl import GRPOTrainer

from tarot.runs.checkpoints import remove_incomplete
from tarot.runs.full_disk import full_disk_told
from tarot.training import processes
from tarot.training.order import EpochOrder


class Engine(Protocol):
    """What generates, with memory and connections of its own."""

    def shutdown(self) -> None:
        """Give all of them back."""


class TierGRPOTrainer(GRPOTrainer):
    """A GRPOTrainer that masks the tokens of completions whose reward is None.

    It does not cover losses that divide by the number of completions (`grpo`, `dr_grpo`,
    `luspo`): there a masked completion still counts as one without a gradient.
    """

    @property
    def engine(self) -> Engine | None:
        """VLLM's where it generates beside training; its end ends the processes' group as well."""
        if not self.use_vllm or self.vllm_mode != "colocate":
            return None
        engine: Engine = self.vllm_generation.llm.llm_engine.engine_core
        return engine

    def _get_train_sampler(self, dataset: Dataset | None = None) -> Sampler:
        sampler = super()._get_train_sampler(dataset)
        return EpochOrder(sampler, epoch=lambda: int(self.state.epoch or 0))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """As TRL does; what is torn is removed, lest a full disk stay full.

        Where the model is sharded the processes write together, and one that fails can't wait for
        the others, who wait for it: it leaves, and whoever started them ends the rest.
        """
        folder = Path(self.args.output_dir)
        save = partial(super()._save_checkpoint, model, trial)
        if self.is_deepspeed_enabled or self.is_fsdp_enabled:
            _told(folder, save)
            return
        try:
            processes.together(lambda: _told(folder, save))
        except Exception:
            if processes.is_main():
                remove_incomplete(folder)
            raise

    def save_step(self) -> None:
        """Save a checkpoint of the last finished step, with all that belongs to one."""
        self._save_checkpoint(self.model, trial=None)
        self.callback_handler.on_save(self.args, self.state, TrainerControl())

    def _calculate_rewards(
        self,
        inputs: list[dict[str, Any]],
        prompts: list[Any],
        completions: list[Any],
        completion_ids_list: list[list[int]],
    ) -> torch.Tensor:
        # (processes * completions, reward functions)
        rewards: torch.Tensor = super()._calculate_rewards(
            inputs, prompts, completions, completion_ids_list
        )
        first = self.accelerator.process_index * len(prompts)
        self._is_scored = ~torch.isnan(rewards).all(dim=1)[first : first + len(prompts)]
        return rewards

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = super()._generate_and_score_completions(inputs)
        mask = batch["completion_mask"]  # (completions, tokens)
        batch["completion_mask"] = mask * self._is_scored.to(mask).unsqueeze(1)
        if batch.get("num_items_in_batch") is not None:
            batch["num_items_in_batch"] = self.accelerator.gather(
                batch["completion_mask"].sum()
            ).sum()
        return batch


def _told(folder: Path, save: Callable[[], None]) -> None:
    with full_disk_told(folder):
        save()
