"""`tarot train`: compose, check every job, then start one child per run."""

from collections.abc import Sequence

from rich.table import Table

from tarot.cli.command import typed_command
from tarot.cli.composition import compose
from tarot.cli.launching import exit_code, launch, render, report
from tarot.cli.planning import PlannedRun, plan_run, show_plan
from tarot.cli.screen import screen
from tarot.types import Outcome, RunState


def run(arguments: Sequence[str]) -> int:
    """Train every run that the arguments describe; the exit code is that of the worst."""
    runs = [plan_run(job.config) for job in compose("train", arguments)]
    console = screen()
    planned = [run for run in runs if not run.settings.dry_run]
    for dry_run in (run for run in runs if run.settings.dry_run):
        show_plan(dry_run, console)
        console.print(render(dry_run), soft_wrap=True, highlight=False, markup=False)
    outcomes = _launch_all(planned)
    if len(runs) == 1 and outcomes:
        report(outcomes[0], runs[0].directory, typed_command("train", arguments))
    elif outcomes:
        console.print(_table(planned, outcomes))
    return max(map(exit_code, outcomes), default=0)


def _launch_all(runs: Sequence[PlannedRun]) -> list[Outcome]:
    """One after the other, up to an interruption."""
    outcomes: list[Outcome] = []
    for planned in runs:
        outcomes.append(launch(planned))
        if outcomes[-1].state is RunState.INTERRUPTED:
            break
    return outcomes


def _table(runs: Sequence[PlannedRun], outcomes: Sequence[Outcome]) -> Table:
    table = Table("run", "outcome", "cause")
    for planned, outcome in zip(runs, outcomes, strict=False):
        cause = outcome.detail.splitlines()[-1] if outcome.detail else ""
        table.add_row(str(planned.directory), outcome.state, cause)
    return table
