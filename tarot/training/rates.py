"""The learning rate of a run whose length is not the one over which its schedule runs.

Step k has the rate that the schedule gives after k - 1 steps. Beyond the length over which it
runs, a rate stays as it is at its end.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR
from transformers import (
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    get_scheduler,
)

from tarot.config.schedule import Timeline

Factor = Callable[[int], float]
"""What the base rate is multiplied with after a number of steps."""


def planned_rate(
    args: TrainingArguments, optimizer: torch.optim.Optimizer, timeline: Timeline
) -> LambdaLR | None:
    """The scheduler of a run; None for a schedule that is no function of the step."""
    found = {length: _factor(args, length) for _, length in timeline.lengths}
    factors = {length: factor for length, factor in found.items() if factor is not None}
    if len(factors) < len(found):
        return None
    return LambdaLR(optimizer, partial(_planned_factor, timeline=timeline, factors=factors))


class RateOfNow(TrainerCallback):
    """Sets, when training begins, the rate that the schedule has now.

    What is loaded with a checkpoint is the rate that the schedule of then had for the next step.
    """

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        lr_scheduler: Any = None,
        **kwargs: Any,
    ) -> None:
        """Compute it as the scheduler does."""
        scheduler = getattr(lr_scheduler, "scheduler", lr_scheduler)
        if not isinstance(scheduler, LambdaLR):
            return
        factors = [factor(scheduler.last_epoch) for factor in scheduler.lr_lambdas]
        rates = [base * factor for base, factor in zip(scheduler.base_lrs, factors, strict=True)]
        for group, rate in zip(scheduler.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        scheduler._last_lr = rates


def _planned_factor(step: int, *, timeline: Timeline, factors: dict[int, Factor]) -> float:
    length = timeline.length_at(step)
    return factors[length](min(step, length))


def _factor(args: TrainingArguments, length: int) -> Factor | None:
    """As the schedule has it over a length; it asks an optimizer for the base rate alone."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=args.learning_rate)
    scheduler = get_scheduler(
        args.lr_scheduler_type,
        optimizer=optimizer,
        num_warmup_steps=args.get_warmup_steps(length),
        num_training_steps=length,
        scheduler_specific_kwargs=args.lr_scheduler_kwargs,
    )
    factor: Factor | None = scheduler.lr_lambdas[0] if isinstance(scheduler, LambdaLR) else None
    return factor
