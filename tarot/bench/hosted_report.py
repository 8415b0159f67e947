"""The figures of a hosted sandbox's bench, as tables."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from tarot.bench.hosted import HostedReport, HostedRun, Rewarding


def show_hosted(report: HostedReport) -> RenderableType:
    """Both sandboxes side by side, and what the hosted one took of its account."""
    taken = [
        f"sandboxes of {run.sandbox}: {run.usage.in_words()}" for run in report.runs if run.usage
    ]
    return Group(_speeds(report), _verdicts(report.runs), *taken)


def _speeds(report: HostedReport) -> Table:
    batch = report.config.batch
    title = (
        f"{batch.num_groups * batch.group_size} completions x {batch.num_tests} tests, first with "
        f"what is made for them and again; median of {report.config.num_round_trips} round trips"
    )
    table = Table(title=title, title_justify="left")
    columns = ("start s", "round trip ms", "slowest", "programs", "first s", "again s", "again 1/s")
    table.add_column("sandbox")
    for column in columns:
        table.add_column(column, justify="right")
    for run in report.runs:
        table.add_row(
            run.sandbox,
            f"{run.start_s:.2f}",
            f"{run.round_trip_ms:.1f}",
            f"{max(run.round_trips_ms):.1f}",
            str(run.again.num_executions),
            f"{run.first.wall_s:.2f}",
            f"{run.again.wall_s:.2f}",
            f"{run.again.programs_per_s:.1f}",
        )
    return table


def _verdicts(runs: Sequence[HostedRun]) -> Table:
    table = Table("sandbox", "first", "again", title="verdicts", title_justify="left")
    for run in runs:
        table.add_row(run.sandbox, _counts(run.first), _counts(run.again))
    return table


def _counts(rewarding: Rewarding) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in rewarding.verdicts.items())
