"""What a run can't go on with: fewer steps than are done, hardware that can't take up its state.

Asked before anything of the run is written.
"""

from collections.abc import Mapping
from typing import Any

from tarot.config.schedule import RunLength
from tarot.runs.checkpoints import checkpoint_step
from tarot.runs.directory import DirectoryState, RunDirectory
from tarot.runs.files import read_json
from tarot.runs.layout import check_layout
from tarot.types import UserError

Config = Mapping[str, Any]


def steps_kept(directory: RunDirectory) -> int:
    """The steps of the checkpoint from which the run would go on."""
    checkpoint = directory.last_checkpoint()
    return checkpoint_step(checkpoint) if checkpoint else 0


def check_finished(directory: RunDirectory) -> None:
    """UserError where a finished run would be trained again from its start."""
    if directory.state is DirectoryState.FINISHED and not steps_kept(directory):
        raise UserError(
            f"run_dir: {directory.path} is finished and has no checkpoint to go on from; start "
            "another run without run_dir"
        )


def check_length(config: Config, directory: RunDirectory) -> None:
    """UserError for fewer steps than are done."""
    step = steps_kept(directory)
    ours = RunLength.of(config["trainer"])
    epochs = _epochs_done(directory)
    is_below = (
        ours.max_steps < step
        if ours.max_steps is not None
        else (ours.num_train_epochs or 0.0) < epochs
    )
    if is_below:
        raise UserError(
            f"{ours.setting}: {directory.path} has {step} steps or {epochs:.3g} epochs done "
            f"already; give at least as many, or name another directory"
        )


def _epochs_done(directory: RunDirectory) -> float:
    checkpoint = directory.last_checkpoint()
    if checkpoint is None:
        return 0.0
    return float(read_json(checkpoint / "trainer_state.json").get("epoch") or 0.0)


def check_hardware(theirs: Config, config: Config, directory: RunDirectory) -> None:
    """UserError for hardware that can't take up what was saved, or would draw other batches."""
    checkpoint = directory.last_checkpoint()
    if checkpoint is None:
        return
    check_layout(config["hardware"], directory.checkpoints_path, checkpoint)
    passes = config["trainer"].get("steps_per_generation")
    before, now = (_completions_per_pass(one["hardware"]) for one in (theirs, config))
    if passes is not None and before != now:
        raise UserError(
            f"hardware.per_device_batch_size: by trainer.steps_per_generation={passes} completions "
            f"are generated {passes * before} at once, and would be {passes * now}; keep "
            f"hardware.processes x hardware.per_device_batch_size at {before}"
        )


def _completions_per_pass(hardware: Config) -> int:
    return int(hardware["processes"] * hardware.get("per_device_batch_size", 1))
