"""Which checkpoints stay: the newest, and the best of those that were evaluated."""

from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from tarot.runs import RunDirectory
from tarot.runs.best import Best, best_step, write_best
from tarot.runs.checkpoints import remove_older
from tarot.training import processes


class CheckpointKeeper(TrainerCallback):
    """Says which checkpoint is best, and removes older ones, when the newest is whole.

    It comes after whatever makes a checkpoint whole. A kill at any moment leaves the checkpoint
    that `best.json` names, and another to go on from.
    """

    def __init__(self, run: RunDirectory, limit: int | None) -> None:
        """Keep the newest `limit` checkpoints of `run`, all without one, and the best."""
        self._run = run
        self._limit = limit
        self._candidate: Best | None = None

    def propose(self, candidate: Best) -> None:
        """Take the checkpoint of a step for the best once it is there."""
        self._candidate = candidate

    def settle(self, step: int) -> None:
        """The checkpoint of a step is whole."""
        processes.from_main(lambda: self._settle(step))

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """A checkpoint has been saved."""
        self.settle(state.global_step)

    def _settle(self, step: int) -> None:
        if self._candidate is not None and self._candidate.step == step:
            write_best(self._run.path, self._candidate)
        remove_older(self._run.checkpoints_path, self._limit, best_step(self._run.path))
