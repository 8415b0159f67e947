"""A checkpoint of the last finished step, made when the step after it can't be finished."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from tarot.training import processes
from tarot.training.trainer import TierGRPOTrainer


@dataclass(frozen=True, slots=True)
class Chance:
    """The states of the generators of random numbers that a checkpoint holds."""

    python: tuple[Any, ...]
    numpy: dict[str, Any]
    cpu: torch.Tensor
    gpu: torch.Tensor | None

    @classmethod
    def now(cls) -> Self:
        """As they are, of the process's own GPU if it has one."""
        gpu = torch.cuda.get_rng_state() if torch.cuda.is_initialized() else None
        state: Any = np.random.get_state(legacy=False)
        return cls(random.getstate(), state, torch.get_rng_state(), gpu)

    def restore(self) -> None:
        """As they were."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch.set_rng_state(self.cpu)
        if self.gpu is not None:
            torch.cuda.set_rng_state(self.gpu)


class LastStep(TrainerCallback):
    """Knows how chance stood when the last step ended; the step after it has drawn completions."""

    def __init__(self) -> None:
        """No step has ended."""
        self._chance: Chance | None = None

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Remember."""
        self._chance = Chance.now()

    def save(self, trainer: TierGRPOTrainer) -> None:
        """Save the step that the trainer has finished last, unless that is done or there is none.

        Called in all processes, when generation for the next step has failed in all.
        """
        name = f"{PREFIX_CHECKPOINT_DIR}-{trainer.state.global_step}"
        is_saved = processes.from_main((Path(trainer.args.output_dir) / name).exists)
        if self._chance is not None and not is_saved:
            self._chance.restore()
            trainer.save_step()
