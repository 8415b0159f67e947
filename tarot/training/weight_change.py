"""How far a step moves the weights, from a sample of them."""

from math import ceil, nan
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

MAX_TENSORS = 16
MAX_WEIGHTS_OF_ONE = 4096
RELATIVE, CHANGED = "update/relative", "update/changed"


class WeightChange(TrainerCallback):
    """Compares trainable weights before and after each step.

    At most 4,096 weights of each of at most 16 tensors, spread evenly over the model, are looked
    at: the same in every step. Of a sharded model they are this process's own.
    """

    def __init__(self) -> None:
        """Nothing is known before the first step."""
        self._sample: list[torch.nn.Parameter] = []
        self._before = torch.empty(0)
        self._has_gradient = torch.empty(0, dtype=torch.bool)
        self._metrics = {RELATIVE: nan, CHANGED: nan}

    def metrics(self) -> dict[str, float]:
        """Of the last step: `update/relative`, the norm of the change over that of the weights.

        `update/changed` is the share of weights with a gradient that are not what they were; NaN
        where there are none. Where gradients can't be seen (DeepSpeed), all weights count.
        """
        return dict(self._metrics)

    def on_step_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Look at the weights before the step."""
        self._sample = self._sample or _sampled(kwargs["model"])
        self._before = self._values()
        self._has_gradient = torch.ones_like(self._before, dtype=torch.bool)

    def on_pre_optimizer_step(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """See which weights have a gradient."""
        self._has_gradient = torch.cat([_has_gradient(weights) for weights in self._sample]).cpu()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Compare."""
        change = self._values() - self._before
        moved = change[self._has_gradient] != 0
        size = self._before.norm()
        self._metrics = {
            RELATIVE: (change.norm() / size).item() if size > 0 else nan,
            CHANGED: moved.float().mean().item() if len(moved) else nan,
        }

    def _values(self) -> torch.Tensor:
        return torch.cat([_some(weights) for weights in self._sample]).float().cpu()


def _sampled(model: torch.nn.Module) -> list[torch.nn.Parameter]:
    trained = [one for one in model.parameters() if one.requires_grad and _local(one).numel()]
    number = min(MAX_TENSORS, len(trained))
    places = torch.linspace(0, len(trained) - 1, number).round().long().tolist()
    return [trained[place] for place in places]


def _some(weights: torch.Tensor) -> torch.Tensor:
    """Every n-th of them, n odd, which doesn't fall on the same columns of a matrix again."""
    flat = _local(weights).view(-1)
    return flat[:: ceil(len(flat) / MAX_WEIGHTS_OF_ONE) | 1]


def _local(weights: Any) -> torch.Tensor:
    """What this process holds of a parameter: all, or its shard under ZeRO-3 or FSDP2."""
    held = getattr(weights, "ds_tensor", weights)
    held = held.to_local() if hasattr(held, "to_local") else held
    detached: torch.Tensor = held.detach()
    return detached


def _has_gradient(weights: torch.nn.Parameter) -> torch.Tensor:
    if weights.grad is None:
        return torch.ones_like(_some(weights), dtype=torch.bool)
    return _some(weights.grad) != 0
