"""GRPOTrainer with two changes: what could not be judged doesn't train, and a resume is exact.

TRL gives unjudged completions advantage 0 but keeps their tokens in the loss denominator and in
the KL term.
"""

from typing import Any

import torch
from datasets import Dataset
from torch.utils.data import Sampler
from trl import GRPOTrainer

from tarot.training.order import EpochOrder


class TierGRPOTrainer(GRPOTrainer):
    """A GRPOTrainer that masks the tokens of completions whose reward is None.

    It does not cover losses that divide by the number of completions (`grpo`, `dr_grpo`,
    `luspo`): there a masked completion still counts as one without a gradient.
    """

    def _get_train_sampler(self, dataset: Dataset | None = None) -> Sampler:
        sampler = super()._get_train_sampler(dataset)
        return EpochOrder(sampler, epoch=lambda: int(self.state.epoch or 0))

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
