"""An audit as one HTML page with its picture in it, which needs no network."""

from collections.abc import Sequence

from markupsafe import Markup

from tarot.audit.findings import Finding, counts_of
from tarot.audit.suite_audit import SuiteAudit
from tarot.audit.suite_rows import kills_line, step_names, step_rows, tier_names, tier_rows
from tarot.pages import render

_NUM_SHOWN = 1000


def page_of(audit: SuiteAudit, picture: str) -> str:
    """The whole page; `picture` is an <svg> element."""
    counts = counts_of(audit.data.findings).items()
    return render(
        "tarot.audit",
        "audit.html",
        title=f"Audit of {audit.name}",
        audit=audit,
        picture=Markup(picture),  # drawn by ourselves
        tiers=(tier_names(audit), [(row.name, *row.cells) for row in tier_rows(audit)]),
        steps=(step_names(audit.steps), [(row.name, *row.cells) for row in step_rows(audit.steps)]),
        kills=kills_line(audit.suites),
        counts=[(kind, f"{count:,}", kind.consequence) for kind, count in counts],
        findings=_rows(audit.data.findings),
        dropped=_rows(audit.dropped),
        num_shown=_NUM_SHOWN,
    )


def _rows(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    return [(one.place, one.problem or "", one.kind, one.detail) for one in findings]
