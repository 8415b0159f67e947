"""What a run goes on with that is other than before: what is allowed, taken, recorded.

`changes.jsonl` in the run directory has a line for each start that took other settings, with the
step from which it went on and both values of each key; `config.json` has the settings of the last
start, and by `schedule.lengths` over which lengths the run was really trained. Results that a
change makes outdated are kept in `earlier/change-N`, N being the number of its line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tarot.config.key_classes import class_of, is_planned
from tarot.config.schedule import Length
from tarot.runs.checkpoints import checkpoint_step
from tarot.runs.directory import DirectoryState, RunDirectory
from tarot.runs.files import read_json
from tarot.runs.identity import Difference, differences, identity_differences
from tarot.runs.layout import check_layout
from tarot.types import UserError

Config = Mapping[str, Any]

# They say how a command is meant, and nothing of the run.
_UNTOLD = frozenset({"dry_run", "run_dir", "runs_dir", "sweeps_dir", "schedule.stretch"})
_SAMPLING = ("hardware.processes", "hardware.device", "hardware.vllm")


@dataclass(frozen=True, slots=True)
class Change:
    """The settings in which a start differs from the one before, and the steps that were done.

    A finished run `reopens` for another length or evaluation; `schedule` says over which length
    curriculum and learning rate run after another, and is empty otherwise.
    """

    step: int
    differences: tuple[Difference, ...]
    reopens: bool
    schedule: str = ""

    @property
    def in_words(self) -> str:
        """What is other, from which step on, and what comes of that."""
        keys = [one for one in self.differences if not one.key.startswith("schedule")]
        listed = ", ".join(one.as_change for one in keys)
        told = f"goes on from step {self.step} with other settings: {listed}"
        if self.schedule:
            told += f"; {self.schedule}"
        if self.step and any(one.key.startswith(_SAMPLING) for one in keys):
            told += "; completions are sampled otherwise than the former hardware would have"
        return told

    def to_json(self) -> dict[str, Any]:
        """A line of `changes.jsonl`."""
        return {
            "step": self.step,
            "keys": {
                one.key: {"class": class_of(one.key), "old": one.old, "new": one.new}
                for one in self.differences
            },
        }


def going_on(config: Config, data_fingerprint: str, directory: RunDirectory) -> dict[str, Any]:
    """The config as it is to be trained in a directory, which may have been planned otherwise.

    What a command asks for that names no directory is what was planned; how the run was extended
    since stands in its directory alone. A config of another run is given back as it is.

    Raises:
        UserError: for lengths that are given and that the directory does not have.
    """
    given = dict(config)
    if not directory.config_path.exists():
        return given
    theirs = directory.config()
    if _other_run(directory, theirs, config, data_fingerprint):
        return given
    if _lengths(given) is not None:
        _check_given(given, theirs, directory)
        return given
    if not config.get("run_dir"):
        return _as_extended(given, theirs)
    ours, step = Length.of(given["trainer"]), _steps_kept(directory)
    lengths = _lengths(theirs) or [Length.of(theirs["trainer"]).after(0)]
    schedule = given.get("schedule") or {}
    if schedule.get("stretch") and Length.of(theirs["trainer"]) != ours:
        kept = [length for length in lengths if length["after"] < step]
        lengths = [*kept, ours.after(step)]
    is_own = lengths == [ours.after(0)]
    if not is_own:
        given["schedule"] = {**schedule, "stretch": False, "lengths": lengths}
    return given


def change_of(config: Config, data_fingerprint: str, directory: RunDirectory) -> Change | None:
    """How a config, as `going_on` gives it, differs from what the directory was started with.

    None where nothing differs, or nothing was started.

    Raises:
        UserError: for a directory with another run or other files, naming the identity keys and
            their values, and for what the run can't go on with.
    """
    if not directory.config_path.exists():
        return None
    theirs = directory.config()
    others = _other_run(directory, theirs, config, data_fingerprint)
    if others:
        raise UserError(
            f"run_dir: {directory.path} holds another run, which differs in "
            f"{', '.join(map(str, others))}; name another directory"
        )
    found = [one for one in differences(theirs, config) if _is_told(one)]
    if not found:
        return None
    is_longer = Length.of(config["trainer"]) != Length.of(theirs["trainer"])
    change = Change(
        step=_steps_kept(directory),
        differences=tuple(found),
        reopens=is_longer or any(one.key.startswith("evaluation") for one in found),
        schedule=_schedule_in_words(config) if is_longer else "",
    )
    if is_longer:
        _check_length(change, config, directory)
    _check_finished(change, directory)
    _check_hardware(theirs, config, directory)
    return change


def record(change: Change, directory: RunDirectory) -> None:
    """Write the line of a change, and put away the results that it makes outdated.

    Done again after an interruption, it goes on where that came.
    """
    line = change.to_json()
    known = list(directory.changes.lines())
    if not known or {key: known[-1][key] for key in line} != line:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        directory.changes.append({**line, "time": now})
        known.append(line)
    if change.reopens:
        is_measured_otherwise = any(one.key.startswith("evaluation") for one in change.differences)
        directory.put_away(f"change-{len(known)}", with_before=is_measured_otherwise)


def sha_in(config: Config, data_fingerprint: str, directory: RunDirectory) -> str | None:
    """The sha of the run in a directory, None unless that is the run of the config."""
    if not directory.config_path.exists():
        return None
    if _other_run(directory, directory.config(), config, data_fingerprint):
        return None
    return str(read_json(directory.identity_path)["sha"])


def _as_extended(given: dict[str, Any], theirs: Config) -> dict[str, Any]:
    trainer = {key: value for key, value in given["trainer"].items() if not _is_length(key)}
    trainer |= {key: value for key, value in theirs["trainer"].items() if _is_length(key)}
    found = {**given, "trainer": trainer}
    for key in ("evaluation", "schedule"):
        if key in theirs:
            found[key] = theirs[key]
    return found


def _is_length(field: str) -> bool:
    return is_planned(f"trainer.{field}")


def _is_told(difference: Difference) -> bool:
    is_default = difference.old is None and difference.key == "schedule"
    is_same_nothing = (difference.old, difference.new) == (None, None)
    return difference.key not in _UNTOLD and not is_default and not is_same_nothing


def _lengths(config: Config) -> list[dict[str, Any]] | None:
    lengths: list[dict[str, Any]] | None = (config.get("schedule") or {}).get("lengths")
    return lengths


def _other_run(
    directory: RunDirectory, theirs: Config, config: Config, data_fingerprint: str
) -> list[Difference]:
    ours = (config, data_fingerprint)
    return identity_differences((theirs, directory.data_fingerprint()), ours)


def _steps_kept(directory: RunDirectory) -> int:
    """The steps of the checkpoint from which the run would go on."""
    checkpoint = directory.last_checkpoint()
    return checkpoint_step(checkpoint) if checkpoint else 0


def _check_given(given: Config, theirs: Config, directory: RunDirectory) -> None:
    if _lengths(given) != _lengths(theirs):
        raise UserError(
            f"schedule.lengths: {directory.path} was not trained over these; leave them out, or "
            "name another directory"
        )


def _schedule_in_words(config: Config) -> str:
    ours, lengths = Length.of(config["trainer"]), _lengths(config)
    last = ours.after(0) if lengths is None else lengths[-1]
    planned = Length(last["max_steps"], last["num_train_epochs"])
    if last["after"]:
        told = f"run over {planned.in_words} from step {last['after'] + 1} on"
    elif ours.exceeds(planned):
        told = f"keep to the planned {planned.in_words}, and stay as they are at their end"
    else:
        told = f"run over {planned.in_words}"
    return f"curriculum and learning rate {told}"


def _check_finished(change: Change, directory: RunDirectory) -> None:
    """UserError where a finished run would be trained again from its start."""
    if change.reopens and directory.state is DirectoryState.FINISHED and not change.step:
        raise UserError(
            f"run_dir: {directory.path} is finished and has no checkpoint to go on from; start "
            "another run without run_dir"
        )


def _check_length(change: Change, config: Config, directory: RunDirectory) -> None:
    """UserError for fewer steps than are done."""
    ours = Length.of(config["trainer"])
    epochs = _epochs_done(directory)
    is_below = (
        ours.max_steps < change.step
        if ours.max_steps is not None
        else (ours.num_train_epochs or 0.0) < epochs
    )
    if is_below:
        raise UserError(
            f"{ours.setting}: {directory.path} has {change.step} steps or {epochs:.3g} epochs done "
            f"already; give at least as many, or name another directory"
        )


def _epochs_done(directory: RunDirectory) -> float:
    checkpoint = directory.last_checkpoint()
    if checkpoint is None:
        return 0.0
    return float(read_json(checkpoint / "trainer_state.json").get("epoch") or 0.0)


def _check_hardware(theirs: Config, config: Config, directory: RunDirectory) -> None:
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
