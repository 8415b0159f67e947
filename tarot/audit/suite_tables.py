"""An audit of suites as tables to read."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Column, Table

from tarot.audit.report import findings_table
from tarot.audit.suite_audit import SuiteAudit
from tarot.audit.suite_rows import Row, kills_line, step_names, step_rows, tier_names, tier_rows

_NUM_DROPPED = 10


def show_suites(audit: SuiteAudit) -> RenderableType:
    """The figures of each tier, how they go from tier to tier, and what was found."""
    data = audit.data
    head = (
        f"{audit.name}: {data.num_rows:,} rows, {len(data.problems):,} problems, "
        f"{data.num_references():,} references"
    )
    parts: list[RenderableType] = [head]
    if audit.tiers:
        parts.append(_table("tests by tier", "figure", tier_names(audit), tier_rows(audit)))
        parts.append(kills_line(audit.suites))
        title = "problems in which difficulty does not fall from tier to tier"
        parts.append(_table(title, "measure", step_names(audit.steps), step_rows(audit.steps)))
    return Group(*parts, "", findings_table(data), "", *_dropped(audit))


def _dropped(audit: SuiteAudit) -> Iterator[str]:
    """One line for each of the first rows that are left out of the cleaned data set."""
    kept = audit.data.num_rows - len(audit.dropped)
    yield f"{len(audit.dropped):,} rows dropped, {kept:,} kept"
    for one in audit.dropped[:_NUM_DROPPED]:
        yield f"dropped: {one.place}: {one.kind}: {one.detail}"
    if len(audit.dropped) > _NUM_DROPPED:
        yield f"and {len(audit.dropped) - _NUM_DROPPED:,} more"


def _table(title: str, first: str, names: Sequence[str], rows: Sequence[Row]) -> Table:
    columns = (Column(name, justify="right") for name in names)
    table = Table(first, *columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(row.name, *row.cells)
    return table
