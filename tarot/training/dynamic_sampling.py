"""Dynamic sampling (DAPO, arXiv 2503.14476): a step trains on groups whose rewards vary.

A group whose rewards are all equal teaches nothing. Where a step's batch holds such groups, further
prompts are sampled, a batch at a time, until enough groups vary or a number of batches is reached;
what is then missing is filled with groups that don't vary, so that every step has its size. The
further prompts are drawn from the data by a hash of seed and step: the order of the data and the
number of steps stay what they are, and a resumed run draws the same. Several processes generate
their shares, exchange all completions and take equal parts of the chosen ones.

It does not cover rewards that are normalised over the batch, which TRL does before the groups are
chosen.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from random import Random
from typing import Any

import torch
from torch.nn.functional import pad

from tarot.training import processes
from tarot.training.trainer import TierGRPOTrainer

Batch = dict[str, torch.Tensor]
Rows = list[dict[str, Any]]

# TRL pads prompts on the left, and everything else on the right.
LEFT_PADDED = ("prompt_ids", "prompt_mask")
# Rewards come as 32-bit floats here.
TOLERANCE = 1e-6


class DynamicGRPOTrainer(TierGRPOTrainer):
    """Generates up to `max_batches` batches for a step and trains on one batch of their groups.

    `on_selection` is told, for each group generated in their order, whether it is in the update.
    """

    def __init__(
        self, *, max_batches: int, on_selection: Callable[[Sequence[bool]], None], **settings: Any
    ) -> None:
        """Take all other settings as TRL's trainer does."""
        super().__init__(**settings)
        self._max_batches = max_batches
        self._on_selection = on_selection

    def _calculate_rewards(self, *arguments: Any, **named: Any) -> torch.Tensor:
        self._rewards: torch.Tensor = super()._calculate_rewards(*arguments, **named)
        return self._rewards

    def _generate_and_score_completions(self, inputs: Rows) -> Batch:
        own = processes.together(lambda: [row["problem_id"] for row in inputs])
        problem_ids = list(chain.from_iterable(own))
        num_groups = len(problem_ids) // self.num_generations
        share = slice(processes.rank() * len(inputs), (processes.rank() + 1) * len(inputs))
        batches: list[Batch] = []
        varied: list[bool] = []
        for prompts in chain([inputs], self._further(problem_ids, share)):
            batches.append(super()._generate_and_score_completions(prompts))
            varied += group_varies(self._rewards[:, 0].view(-1, self.num_generations))
            if sum(varied) >= num_groups:
                break
        kept = chosen(varied, num_groups)
        self._on_selection([group in kept for group in range(len(varied))])
        metrics = self._metrics["train"]
        metrics["sampling/generated"].append(len(varied) * self.num_generations)
        metrics["sampling/kept_share"].append(len(kept) / len(varied))
        metrics["sampling/varied_share"].append(sum(varied[group] for group in kept) / len(kept))
        rows = [
            group * self.num_generations + n for group in kept for n in range(self.num_generations)
        ]
        return self._exchanged(batches, rows, share)

    def _further(self, problem_ids: Sequence[str], share: slice) -> Iterator[Rows]:
        """This process's share of further batches of prompts, none of which the step has yet."""
        names = self.train_dataset["problem_id"]
        others = [place for place, name in enumerate(names) if name not in set(problem_ids)]
        Random(f"{self.args.seed}/{self.state.global_step}/{problem_ids[0]}").shuffle(others)
        num_groups = len(problem_ids) // self.num_generations
        for number in range(self._max_batches - 1):
            places = others[number * num_groups :][:num_groups]
            if len(places) < num_groups:
                return
            rows = [place for place in places for _ in range(self.num_generations)]
            yield [dict(self.train_dataset[place]) for place in rows[share]]

    def _exchanged(self, batches: Sequence[Batch], rows: Sequence[int], share: slice) -> Batch:
        """This process's share of the chosen rows, out of the batches of all processes."""
        mine = [{key: tensor.cpu() for key, tensor in batch.items()} for batch in batches]
        in_order = chain.from_iterable(zip(*processes.together(lambda: mine), strict=True))
        chosen_ones = joined(list(in_order), rows, self._tokenizer.pad_token_id)
        return {
            key: (tensor[share] if tensor.ndim else tensor).to(self.accelerator.device)
            for key, tensor in chosen_ones.items()
        }


def group_varies(rewards: torch.Tensor) -> list[bool]:
    """Whether two of a group's rewards differ, (groups, completions); NaN is none."""
    is_unknown = torch.isnan(rewards)
    highest = rewards.masked_fill(is_unknown, -torch.inf).amax(dim=1)
    lowest = rewards.masked_fill(is_unknown, torch.inf).amin(dim=1)
    varies: list[bool] = (highest - lowest > TOLERANCE).tolist()
    return varies


def chosen(varied: Sequence[bool], number: int) -> list[int]:
    """The first `number` groups of those that vary, filled up with the first others, in order."""
    by_use = sorted(range(len(varied)), key=lambda group: not varied[group])
    return sorted(by_use[:number])


def joined(batches: Sequence[Batch], rows: Sequence[int], pad_token_id: int) -> Batch:
    """The chosen rows of several batches as one; rows count through all of them."""
    batch = {
        key: _stacked(key, [batch[key] for batch in batches], pad_token_id)[list(rows)]
        for key, first in batches[0].items()
        if first.ndim > 0
    }
    batch["num_items_in_batch"] = batch["completion_mask"].sum()
    return batch


def _stacked(key: str, tensors: Sequence[torch.Tensor], pad_token_id: int) -> torch.Tensor:
    """(rows, ...) of all, padded to the longest as TRL pads them."""
    if tensors[0].ndim == 1:
        return torch.cat(list(tensors))
    width = max(tensor.shape[1] for tensor in tensors)
    value = pad_token_id if key.endswith("_ids") else 0
    padded = []
    for tensor in tensors:
        missing = width - tensor.shape[1]
        sides = (missing, 0) if key in LEFT_PADDED else (0, missing)
        padded.append(pad(tensor, sides, value=value))
    return torch.cat(padded)
