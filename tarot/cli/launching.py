"""Starting a planned run's child, and saying how it ended."""

import sys
from pathlib import Path

from tarot.cli.command import next_command
from tarot.cli.planning import PlannedRun
from tarot.config.targets import build, check_environment
from tarot.publishing import is_pushed, last_push, push
from tarot.runs import DirectoryState, RunDirectory, prepare
from tarot.runs.changes import change_of
from tarot.runs.child import child_of
from tarot.runs.exits import Exit
from tarot.runs.full_disk import full_disk_line, full_disk_told, has_room
from tarot.runs.last_words import last_words
from tarot.runs.queueing import QueueingLauncher
from tarot.types import Launcher, Outcome, RunState, UserError

_NOTHING_TO_DO = "nothing to do"


def launch(planned: PlannedRun) -> Outcome:
    """Make or find the run's directory and run its child; a UserError becomes the outcome."""
    try:
        with full_disk_told(planned.directory):
            outcome = _launch(planned)
    except UserError as error:
        return Outcome(RunState.FAILED, str(error), Exit.USER_ERROR)
    if outcome.state is RunState.FAILED and not has_room(planned.directory):
        # Its logs are on that disk too, so the child's own words may be missing.
        return Outcome(RunState.FAILED, full_disk_line(planned.directory), Exit.USER_ERROR)
    return outcome


def knows_jobs(planned: PlannedRun) -> bool:
    """Whether the run's launcher can say if a job of it still waits or runs, and `launch` asks."""
    return isinstance(_launcher(planned), QueueingLauncher)


def has_lost_its_job(directory: Path) -> bool:
    """Whether the launcher that submitted the run in a directory has no job of it any more.

    UserError if that can't be found out.
    """
    launcher: Launcher = build("launcher", RunDirectory(directory).config()["launcher"])
    return isinstance(launcher, QueueingLauncher) and launcher.active_job(directory) is None


def render(planned: PlannedRun) -> str:
    """What would be started, as text; UserError for what the launcher can't start."""
    return _launcher(planned).render(child_of(planned.directory), planned.config)


def _launch(planned: PlannedRun) -> Outcome:
    launcher = _launcher(planned)
    if job := _active_job(launcher, planned.directory):
        return Outcome(RunState.SUBMITTED, job)
    if not isinstance(launcher, QueueingLauncher):
        _check_environment(planned)
    directory = _prepare(planned)
    if directory.state is DirectoryState.FINISHED:
        return _finished(planned, directory)
    return launcher.launch(child_of(planned.directory))


def _prepare(planned: PlannedRun) -> RunDirectory:
    """Make or find the directory, and say what it goes on with that is other than before."""
    terms = planned.config, planned.data_fingerprint
    change = change_of(*terms, RunDirectory(planned.directory))
    directory = prepare(*terms, planned.directory)
    if change is not None and directory.state is not DirectoryState.FINISHED:
        sys.stdout.write(f"{planned.directory} {change.in_words}\n")
    return directory


def _launcher(planned: PlannedRun) -> Launcher:
    launcher: Launcher = build("launcher", planned.config["launcher"])
    return launcher


def _check_environment(planned: PlannedRun) -> None:
    """UserError where the sandbox's class misses a variable of the environment, here and now."""
    if RunDirectory(planned.directory).state is not DirectoryState.FINISHED:
        check_environment("sandbox", planned.config["sandbox"])


def report_push(planned: PlannedRun, command: str) -> None:
    """Say of a finished run that it is not pushed and how to push it; its state stays finished."""
    hub, run = planned.settings.hub, RunDirectory(planned.directory)
    if run.state is DirectoryState.FINISHED and hub.push and not is_pushed(run, hub):
        last = last_push(run)
        cause = last.fault if last and last.fault else "not tried"
        sys.stderr.write(
            f"{planned.directory} is finished but not pushed to {hub.id}: {cause}; push it with: "
            f"{command}\n"
        )


def _active_job(launcher: Launcher, directory: Path) -> str | None:
    """The job that has the run already; it may hold the directory's lock."""
    return launcher.active_job(directory) if isinstance(launcher, QueueingLauncher) else None


def report(outcome: Outcome, directory: Path, command: str) -> None:
    """What the user needs to know that the child could not say itself."""
    cause = last_words(outcome.detail)
    match outcome.state:
        case RunState.FINISHED if outcome.detail:
            sys.stdout.write(f"{directory} is finished; {outcome.detail}\n")
        case RunState.FINISHED:
            sys.stdout.write(f"next: {next_command(directory)}\n")
        case RunState.SUBMITTED:
            sys.stdout.write(f"{directory} is submitted as {outcome.detail}\n")
        case RunState.INTERRUPTED:
            sys.stderr.write(f"stopped; go on from what is saved with: {command}\n")
        case RunState.FAILED if outcome.exit_code == Exit.USER_ERROR:
            sys.stderr.write(f"{cause}\n")
        case RunState.FAILED if outcome.exit_code == Exit.OUTAGE:
            sys.stderr.write(f"{cause} Go on from what is saved with: {command}\n")
        case RunState.FAILED:
            sys.stderr.write(f"{outcome.detail}\n")
            sys.stderr.write(
                f"{directory} failed with exit code {outcome.exit_code}: {cause}; "
                f"see {directory}/logs, then go on from what is saved with: {command}\n"
            )


def _finished(planned: PlannedRun, directory: RunDirectory) -> Outcome:
    """A run of before, pushed where that is asked for and not yet done."""
    hub = planned.settings.hub
    if not hub.push or is_pushed(directory, hub):
        return Outcome(RunState.FINISHED, _NOTHING_TO_DO)
    with directory.lock():
        done = push(directory, hub)
    detail = f"now pushed: {done.commit}" if done.commit else _NOTHING_TO_DO
    return Outcome(RunState.FINISHED, detail)
