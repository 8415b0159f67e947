"""How a run stands, as its directory and the sweep that launched it show it at this moment.

It does not ask a cluster: a submitted job that was cancelled before it began counts as submitted,
and so does one that was cancelled in the queue to which it had gone back.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tarot.runs.directory import RunDirectory
from tarot.runs.endings import left_by
from tarot.runs.files import read_json
from tarot.runs.lock import is_held, last_holder
from tarot.runs.sweep import Launch, SweepDirectory, SweepRun
from tarot.types import Outcome, RunState


class Standing(StrEnum):
    """How far a run has come, and whether anything works on it."""

    FINISHED = "finished"
    RUNNING = "running"
    SUBMITTED = "submitted"
    FAILED = "failed"
    STOPPED = "stopped"
    NOT_STARTED = "not started"


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps that a run's log has, of how many; None where that is not known yet."""

    done: int
    total: int | None

    @property
    def in_words(self) -> str:
        """How far it is."""
        if not self.done:
            return "before step 1"
        return f"step {self.done}" + (f" of {self.total}" if self.total else "")


@dataclass(frozen=True, slots=True)
class Scores:
    """Share of samples that solve the whole suite of new problems, before and after training."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How a run stands; `detail` is the cause of a failure or the id of a job.

    `steps` are None of a run that no directory holds, `scores` of one that has none yet.
    """

    standing: Standing
    steps: Steps | None = None
    scores: Scores | None = None
    detail: str = ""

    @property
    def is_due(self) -> bool:
        """Whether the run is not finished and nothing works on it or is about to."""
        return self.standing in (Standing.FAILED, Standing.STOPPED, Standing.NOT_STARTED)

    @property
    def in_words(self) -> str:
        """The standing, with how far the run is or where it waits."""
        match self.standing:
            case Standing.SUBMITTED:
                return f"submitted as {self.detail}"
            case Standing.RUNNING | Standing.STOPPED | Standing.FAILED if self.steps:
                return f"{self.standing}, {self.steps.in_words}"
            case _:
                return self.standing


def status_of(sweep: SweepDirectory, run: SweepRun, sweep_process: int | None) -> RunStatus:
    """How a run stands; `sweep_process` works through its sweep now, None if no process does."""
    directory, launch = RunDirectory(run.directory), sweep.launch_of(run)
    if not _holds(directory, run):
        return _without_directory(launch)
    works = is_held(directory.lock_path) or _is_starting(launch, sweep_process)
    steps = steps_of(directory)
    if directory.summary_path.exists():
        return RunStatus(Standing.FINISHED, steps, _scores(directory))
    if works:
        return RunStatus(Standing.RUNNING, steps)
    if launch is not None and launch.outcome is not None:
        return _after_launch(directory, launch, steps)
    return RunStatus(Standing.STOPPED, steps)


def _is_starting(launch: Launch | None, sweep_process: int | None) -> bool:
    """Whether the sweep has launched the run, whose child need not have come to its lock yet."""
    if launch is None or launch.outcome is not None:
        return False
    return launch.process == sweep_process


def _holds(directory: RunDirectory, run: SweepRun) -> bool:
    """Whether the directory is there and holds this run, no other."""
    if not directory.config_path.is_file():
        return False
    return bool(read_json(directory.identity_path)["sha"] == run.sha)


def _without_directory(launch: Launch | None) -> RunStatus:
    outcome = None if launch is None else launch.outcome
    if outcome is not None and outcome.state is RunState.FAILED:
        return RunStatus(Standing.FAILED, detail=outcome.detail)
    return RunStatus(Standing.NOT_STARTED)


def _after_launch(directory: RunDirectory, launch: Launch, steps: Steps) -> RunStatus:
    """The standing of a run on which nothing works, though a launcher has reported on it."""
    assert launch.outcome is not None
    outcome = launch.outcome
    if outcome.state is RunState.SUBMITTED:
        outcome = _of_job(directory, outcome.detail, launch)
    match outcome.state:
        case RunState.FAILED:
            return RunStatus(Standing.FAILED, steps, detail=outcome.detail)
        case RunState.SUBMITTED:
            return RunStatus(Standing.SUBMITTED, steps, detail=outcome.detail)
        case _:
            return RunStatus(Standing.STOPPED, steps)


def _of_job(directory: RunDirectory, job_id: str, launch: Launch) -> Outcome:
    """What a job has left, else whether it has begun."""
    left = left_by(directory.path, job_id)
    if left is not None:
        return left
    has_begun = _has_begun_since(directory, launch)
    return Outcome(RunState.INTERRUPTED if has_begun else RunState.SUBMITTED, job_id)


def _has_begun_since(directory: RunDirectory, launch: Launch) -> bool:
    """Whether a child had the lock when the launch was noted, or took it later."""
    return last_holder(directory.lock_path) != launch.holder


def steps_of(directory: RunDirectory) -> Steps:
    """How many steps the log of a run has, and of how many."""
    last = next(iter(deque(directory.log.steps(), maxlen=1)), {})
    return Steps(last.get("step", 0), _num_steps(directory.config()["trainer"], last))


def _num_steps(trainer: Mapping[str, Any], last: Mapping[str, Any]) -> int | None:
    """As given, else from what share of an epoch a step of the log is."""
    given = int(trainer.get("max_steps", -1))
    if given > 0:
        return given
    if not last.get("epoch"):
        return None
    steps_per_epoch: int = round(last["step"] / last["epoch"])
    return math.ceil(steps_per_epoch * float(trainer.get("num_train_epochs", 3)))


def _scores(directory: RunDirectory) -> Scores | None:
    split = directory.config()["evaluation"]["split"]
    changes = read_json(directory.summary_path).get("splits", {}).get(split, {})
    if "suite" not in changes:
        return None
    return Scores(changes["suite"]["before"]["mean"], changes["suite"]["after"]["mean"])
