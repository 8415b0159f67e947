"""What training leaves in the run directory: log lines and a file of rollouts a step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import nan
from pathlib import Path
from statistics import fmean
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from tarot.runs import RunDirectory, mark_complete
from tarot.runs.files import sync
from tarot.runs.log import DECISION
from tarot.runs.rollouts import Rollout, write_rollouts
from tarot.training import processes
from tarot.training.display import Advance, step_note
from tarot.training.reward_function import StepOutcome
from tarot.training.steering import Steering
from tarot.training.tracking import Track


class StepRecorder(TrainerCallback):
    """Writes log and rollouts, marks checkpoints complete, and stops training when asked to.

    A step may be generated in several batches; its rollouts are those of all of them.
    `should_stop` is asked after every step; a checkpoint is saved before training stops, with the
    state of `steering`. `other_metrics` are of the time since the line before. Of several processes
    the main one alone writes.
    """

    def __init__(
        self,
        run: RunDirectory,
        steering: Steering,
        track: Track,
        advance: Advance,
        should_stop: Callable[[], bool],
        other_metrics: Callable[[], Mapping[str, float]],
    ) -> None:
        """Record into `run` and by `track`, and show each step through `advance`."""
        self._run = run
        self._steering = steering
        self._track = track
        self._advance = advance
        self._should_stop = should_stop
        self._other_metrics = other_metrics
        self._metrics: dict[str, float] = {}
        self._rollouts: tuple[Rollout, ...] = ()
        self._new_steps: set[int] = set()

    def on_rewards(self, outcome: StepOutcome) -> None:
        """Write the rollouts and decisions of a step, or of a batch of it; show its figures."""
        self._metrics = dict(outcome.metrics)
        earlier = [row for row in self._rollouts if row.step == outcome.step]
        self._rollouts = (*earlier, *outcome.rollouts)
        if processes.is_main():
            write_rollouts(self._run, outcome.step, self._rollouts)
            self._new_steps.add(outcome.step)
            for decision in outcome.decisions:
                self._run.log.append({"step": decision.step, DECISION: decision.to_json()})
            self._show(outcome)

    def on_selection(self, is_selected: Sequence[bool]) -> None:
        """Write into the rollouts which of the last groups are in the update."""
        first = self._rollouts[-1].group + 1 - len(is_selected)
        self._rollouts = tuple(
            replace(row, selected=is_selected[row.group - first]) if row.group >= first else row
            for row in self._rollouts
        )
        step = self._rollouts[-1].step
        processes.from_main(lambda: write_rollouts(self._run, step, self._rollouts))

    def _show(self, outcome: StepOutcome) -> None:
        rewards = [row.reward for row in outcome.rollouts if row.reward is not None]
        active = outcome.rollouts[0].weights.weights
        phase = "+".join(tier for tier, weight in active.items() if weight)
        note = step_note(outcome.metrics, fmean(rewards) if rewards else nan, phase)
        self._advance(outcome.step - 1, note)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Add the step's line to log and trackers; the closing summary of a training is no step."""
        if logs and "train_runtime" not in logs:
            others = self._other_metrics()
            line = {"step": state.global_step, **self._metrics, **others, **logs}
            processes.from_main(lambda: self._record(line))

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Save and stop where that was asked for."""
        if self._should_stop():
            control.should_save = True
            control.should_training_stop = True

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Add the curriculum's state, and mark the checkpoint as whole: nothing else is to come."""
        processes.wait_for_all()
        checkpoint = Path(args.output_dir) / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}"
        processes.from_main(lambda: self._complete(checkpoint))

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Bring the last steps to disk."""
        processes.from_main(self._sync)

    def _record(self, line: dict[str, Any]) -> None:
        self._run.log.append(line)
        self._track(line)

    def _complete(self, checkpoint: Path) -> None:
        self._steering.save(checkpoint)
        self._sync()
        mark_complete(checkpoint)

    def _sync(self) -> None:
        """A checkpoint is worth no more than what is known of the steps before it."""
        files = (self._run.log.path, *map(self._run.rollouts_of, sorted(self._new_steps)))
        sync(path for path in files if path.exists())
        self._new_steps.clear()
