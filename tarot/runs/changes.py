"""What a run goes on with that is other than before: what is allowed, taken, recorded.

`changes.jsonl` in the run directory has a line for each start that took other settings, with the
step from which it went on and both values of each key; `config.json` has the settings of the last
start, and by `schedule.lengths` over which lengths the run was really trained. Results that a
change makes outdated are kept in `earlier/change-N`, N being the number of its line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from tarot.config.key_classes import class_of, is_planned
from tarot.config.schedule import RunLength
from tarot.runs.directory import DirectoryState, RunDirectory
from tarot.runs.feasible_changes import check_finished, check_hardware, check_length, steps_kept
from tarot.runs.files import read_json
from tarot.runs.identity import Difference, differences, identity_differences
from tarot.types import UserError

Config = Mapping[str, Any]

# They say how a command is meant, and nothing of the run.
_UNTOLD = frozenset({"dry_run", "run_dir", "runs_dir", "sweeps_dir", "schedule.stretch"})
# As vLLM is in runs of before it could sleep.
_ALWAYS_AWAKE = Difference("hardware.vllm.sleep", None, False)
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
    def listed(self) -> str:
        """What is other; the schedule, which is told in words, only where it is alone."""
        keys = (one for one in self.differences if not one.key.startswith("schedule"))
        return ", ".join(one.as_change for one in keys) or "schedule"

    @property
    def in_words(self) -> str:
        """What is other, from which step on, and what comes of that."""
        told = [f"goes on from step {self.step} with other settings: {self.listed}", self.schedule]
        if self.step and self.alters_sampling:
            told.append("completions are sampled otherwise than the former hardware would have")
        return "; ".join(part for part in told if part)

    @property
    def alters_sampling(self) -> bool:
        """Whether completions are sampled from other generators, or by another engine."""
        return any(one.key.startswith(_SAMPLING) for one in self.differences)

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Self:
        """What a line of `changes.jsonl` says; it knows no more of what came of it."""
        found = (Difference(key, one["old"], one["new"]) for key, one in line["keys"].items())
        return cls(line["step"], tuple(found), reopens=False)

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
    ours, step = RunLength.of(given["trainer"]), steps_kept(directory)
    lengths = _lengths(theirs) or [RunLength.of(theirs["trainer"]).after(0)]
    schedule = given.get("schedule") or {}
    if schedule.get("stretch") and lengths[-1] != ours.after(lengths[-1]["after"]):
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
        UserError: for a directory with another run, naming the identity keys and their values,
            and for what the run can't go on with.
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
    is_other_length = RunLength.of(config["trainer"]) != RunLength.of(theirs["trainer"])
    change = Change(
        step=steps_kept(directory),
        differences=tuple(found),
        reopens=is_other_length or any(one.key.startswith("evaluation") for one in found),
        schedule=_schedule_in_words(config)
        if is_other_length or _lengths(config) != _lengths(theirs)
        else "",
    )
    if change.reopens:
        check_finished(directory)
    if is_other_length:
        check_length(config, directory)
    if change.reopens or directory.state is not DirectoryState.FINISHED:
        check_hardware(theirs, config, directory)
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
    is_same = difference == _ALWAYS_AWAKE or (difference.old, difference.new) == (None, None)
    return difference.key not in _UNTOLD and not is_default and not is_same


def _lengths(config: Config) -> list[dict[str, Any]] | None:
    lengths: list[dict[str, Any]] | None = (config.get("schedule") or {}).get("lengths")
    return lengths


def _other_run(
    directory: RunDirectory, theirs: Config, config: Config, data_fingerprint: str
) -> list[Difference]:
    ours = (config, data_fingerprint)
    return identity_differences((theirs, directory.data_fingerprint()), ours)


def _check_given(given: Config, theirs: Config, directory: RunDirectory) -> None:
    if _lengths(given) != _lengths(theirs):
        raise UserError(
            f"schedule.lengths: {directory.path} was not trained over these; leave them out, or "
            "name another directory"
        )


def _schedule_in_words(config: Config) -> str:
    ours, lengths = RunLength.of(config["trainer"]), _lengths(config)
    last = ours.after(0) if lengths is None else lengths[-1]
    planned = RunLength(last["max_steps"], last["num_train_epochs"])
    told = f"run over {planned.in_words} from step {last['after'] + 1} on"
    if not last["after"]:
        told = f"keep to the planned {planned.in_words}"
    if ours.may_exceed(planned):
        told += ", and stay as they are at their end"
    return f"curriculum and learning rate {told}"
