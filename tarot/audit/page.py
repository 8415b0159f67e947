"""An audit as one HTML page with its picture in it, which needs no network."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from tarot.audit.findings import Finding, counts_of
from tarot.audit.suite_audit import SuiteAudit
from tarot.audit.suite_rows import Row, kills_line, step_names, step_rows, tier_names, tier_rows

_NUM_SHOWN = 1000
_STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #ddd; text-align: left }
td.figure { text-align: right; font-variant-numeric: tabular-nums }
svg { max-width: 100%; height: auto }"""


def page_of(audit: SuiteAudit, picture: str) -> str:
    """The whole page; `picture` is an <svg> element."""
    title = f"Audit of {escape(audit.name)}"
    body = "\n".join(_body(audit, picture))
    head = f'<meta charset="utf-8">\n<title>{title}</title>\n<style>\n{_STYLE}\n</style>'
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n'
        f"<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _body(audit: SuiteAudit, picture: str) -> Iterator[str]:
    data, effort = audit.data, audit.effort
    yield (
        f"<p>{data.num_rows:,} rows, {len(data.problems):,} problems, "
        f"{data.num_references():,} references; {effort.runs} runs of each reference, up to "
        f"{effort.mutants} mutants, limits of {effort.limits.cpu_s:g} s of CPU and "
        f"{effort.limits.wall_s:g} s of wall, comparator {escape(effort.comparator)}.</p>"
    )
    yield picture
    yield "<h2>Tests by tier</h2>"
    yield _table(["figure", *tier_names(audit)], tier_rows(audit))
    yield f"<p>{escape(kills_line(audit.suites))}. A mutant that does what the reference does "
    yield "can't be killed, and is counted all the same.</p>"
    yield "<h2>Problems in which difficulty does not fall from tier to tier</h2>"
    yield _table(["measure", *step_names(audit.steps)], step_rows(audit.steps))
    yield "<h2>Findings</h2>"
    counts = counts_of(data.findings).items()
    kinds = [Row(kind, (f"{count:,}", kind.consequence)) for kind, count in counts]
    yield _table(["finding", "rows", "consequence"], kinds)
    yield _listed(data.findings)
    yield f"<h2>Dropped from the cleaned data set: {len(audit.dropped):,}</h2>"
    yield _listed(audit.dropped)


def _listed(findings: Sequence[Finding]) -> str:
    rows = [Row(one.place, (one.problem or "", one.kind, one.detail)) for one in findings]
    more = len(rows) - _NUM_SHOWN
    tail = f"<p>and {more:,} more</p>" if more > 0 else ""
    head = ["row", "problem", "finding", "detail"]
    table = _table(head, rows[:_NUM_SHOWN], is_text=True)
    return f"<details><summary>{len(rows):,} rows</summary>{table}{tail}</details>"


def _table(names: Sequence[str], rows: Iterable[Row], is_text: bool = False) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    kind = "" if is_text else ' class="figure"'
    lines = (
        f"<tr><td>{escape(row.name)}</td>"
        + "".join(f"<td{kind}>{escape(cell)}</td>" for cell in row.cells)
        + "</tr>"
        for row in rows
    )
    return f"<table>\n<tr>{head}</tr>\n" + "\n".join(lines) + "\n</table>"
