"""`tarot train`: compose, check every job, then start one child per run."""

from collections.abc import Sequence

from tarot.cli.command import typed_command
from tarot.cli.composition import compose, is_multirun
from tarot.cli.launching import launch, render, report, report_push
from tarot.cli.planning import PlannedRun, plan_run, show_plan
from tarot.cli.screen import screen
from tarot.cli.sweeping import SweepJob, run_sweep
from tarot.runs.exits import Exit, exit_code


def run(arguments: Sequence[str]) -> int:
    """Train every run that the arguments describe; the exit code is that of the worst."""
    jobs = [SweepJob(job, plan_run(job.config)) for job in compose("train", arguments)]
    due = [job for job in jobs if not job.planned.settings.dry_run]
    for job in jobs:
        if job not in due:
            _show(job.planned)
    if not due:
        return Exit.OK
    if is_multirun(arguments):
        return run_sweep(due, arguments)
    (job,) = due
    outcome, command = launch(job.planned), typed_command("train", arguments)
    report(outcome, job.planned.directory, command)
    report_push(job.planned, command)
    return exit_code(outcome)


def _show(dry_run: PlannedRun) -> None:
    console = screen()
    show_plan(dry_run, console)
    console.print(render(dry_run), soft_wrap=True, highlight=False, markup=False)
