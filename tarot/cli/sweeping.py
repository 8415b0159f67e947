"""Working through the runs of a sweep, and the table of how they stand."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from tarot.cli.command import report_command, typed_command
from tarot.cli.composition import PARAMS, Composed
from tarot.cli.launching import has_lost_its_job, knows_jobs, launch, report_push
from tarot.cli.planning import PlannedRun
from tarot.cli.screen import screen
from tarot.runs import RunDirectory, config_sha
from tarot.runs.changes import sha_in
from tarot.runs.exits import Exit, exit_code
from tarot.runs.full_disk import full_disk_told
from tarot.runs.last_words import last_words
from tarot.runs.standing import RunStatus, Scores, Standing, status_of
from tarot.runs.sweep import SweepDirectory, SweepRun, differing_overrides, locate_sweep
from tarot.types import Outcome, RunState, UserError


@dataclass(frozen=True, slots=True)
class SweepJob:
    """A run as it was asked for, and as it is planned."""

    composed: Composed
    planned: PlannedRun


def run_sweep(jobs: Sequence[SweepJob], arguments: Sequence[str]) -> int:
    """Run what is missing, one after the other, and show how all stand.

    The exit code is that of the worst launch. UserError if another process works through the
    sweep, or if two jobs would share a directory or a place on the hub.
    """
    _check_distinct(jobs)
    _check_pushes(jobs)
    sweep = _locate(jobs)
    with full_disk_told(sweep.path):
        sweep.path.mkdir(parents=True, exist_ok=True)
    with full_disk_told(sweep.path), sweep.lock():
        runs = [_sweep_run(job) for job in jobs]
        sweep.write_request(arguments, runs)
        sys.stdout.write(f"{len(runs)} runs; how they stand: {report_command(sweep.path)}\n")
        outcomes = _launch_all(sweep, runs, [job.planned for job in jobs])
    show_sweep(sweep, screen())
    for job in jobs:
        report_push(job.planned, typed_command("train", arguments))
    return max(map(exit_code, outcomes), default=Exit.OK)


def show_sweep(sweep: SweepDirectory, console: Console) -> None:
    """A table of how each run stands, and what there is to do about it."""
    process, runs = sweep.process(), sweep.runs()
    statuses = [status_of(sweep, run, process) for run in runs]
    console.print(_table(runs, statuses))
    num_done = sum(status.standing is Standing.FINISHED for status in statuses)
    line = f"{sweep.path}: {num_done} of {len(runs)} runs done"
    if process is not None:
        line += f"; process {process} works through them"
    elif any(status.is_due for status in statuses):
        line += f"; go on with what is missing: {typed_command('train', sweep.arguments())}"
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def _check_distinct(jobs: Sequence[SweepJob]) -> None:
    """UserError if two jobs are one run, or would lie in one directory."""
    directories = Counter(job.planned.directory for job in jobs)
    shared = [str(directory) for directory, number in directories.items() if number > 1]
    if shared:
        raise UserError(
            f"{shared[0]}: {directories[Path(shared[0])]} runs of the sweep would lie there; "
            "run_dir and keys that are no part of what a run is, as sandbox, do not tell runs apart"
        )


def _check_pushes(jobs: Sequence[SweepJob]) -> None:
    """UserError if one run would overwrite what another has pushed."""
    hubs = [job.planned.settings.hub for job in jobs]
    ids = Counter(hub.id for hub in hubs if hub.push)
    shared = [hub_id for hub_id, number in ids.items() if number > 1]
    if shared:
        raise UserError(
            f"hub.id={shared[0]}: {ids[shared[0]]} runs of the sweep would be pushed there; put "
            "what tells them apart into it, as hub.id='org/${name}-${seed}'"
        )


def _locate(jobs: Sequence[SweepJob]) -> SweepDirectory:
    """By the option of `conf/sweep`, else by the name that the runs share, if they do."""
    named = jobs[0].composed.sweep
    names = {job.planned.settings.name for job in jobs}
    common = names.pop() if len(names) == 1 else "sweep"
    folder = Path(jobs[0].planned.settings.sweeps_dir)
    overrides = [job.composed.overrides for job in jobs]
    return locate_sweep(folder, common if named in ("", PARAMS) else named, overrides)


def _sweep_run(job: SweepJob) -> SweepRun:
    planned = job.planned
    terms = planned.config, planned.data_fingerprint
    sha = sha_in(*terms, RunDirectory(planned.directory)) or config_sha(*terms)
    return SweepRun(planned.directory, sha, job.composed.overrides)


def _launch_all(
    sweep: SweepDirectory, runs: Sequence[SweepRun], plans: Sequence[PlannedRun]
) -> list[Outcome]:
    """One after the other, up to an interruption; what runs or waits elsewhere is left alone."""
    outcomes: list[Outcome] = []
    for run, planned in zip(runs, plans, strict=True):
        if not knows_jobs(planned) and _is_elsewhere(sweep, run):
            continue
        sweep.write_launch(run, None)
        outcomes.append(launch(planned))
        sweep.write_launch(run, outcomes[-1])
        if outcomes[-1].state is RunState.INTERRUPTED:
            break
    return outcomes


def _is_elsewhere(sweep: SweepDirectory, run: SweepRun) -> bool:
    """Whether the run works or waits elsewhere; of one that waits it is said what frees it."""
    status = status_of(sweep, run, sweep_process=None)
    if status.standing is not Standing.SUBMITTED:
        return status.standing is Standing.RUNNING
    remedy = "cancel it there and type this again, or wait for it"
    try:
        if has_lost_its_job(run.directory):
            return False
    except UserError as error:
        remedy = str(error)
    sys.stdout.write(f"{run.directory}: left alone, it is submitted as {status.detail}; {remedy}\n")
    return True


def _table(runs: Sequence[SweepRun], statuses: Sequence[RunStatus]) -> Table:
    folded = [Column(name, overflow="fold") for name in ("run", "settings", "state")]
    scores = [Column(f"suite {when}", justify="right") for when in ("before", "after")]
    settings = differing_overrides(runs)
    table = Table(*folded, *scores, Column("cause", overflow="fold"))
    for run, status, differing in zip(runs, statuses, settings, strict=True):
        cause = status.detail if status.standing is Standing.FAILED else ""
        cells = (
            str(run.directory),
            differing,
            status.in_words,
            *_shares(status.scores),
            last_words(cause),
        )
        table.add_row(*map(Text, cells))
    return table


def _shares(scores: Scores | None) -> tuple[str, str]:
    return ("", "") if scores is None else (f"{scores.before:.1%}", f"{scores.after:.1%}")
