"""All that an audit has to say of a data set, once its programs have run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tarot.audit.data_set import DataAudit
from tarot.audit.figures import (
    Audited,
    Kills,
    Step,
    TierFigures,
    figures_of,
    kills_of_suites,
    steps_of,
)
from tarot.audit.findings import Finding, FindingKind, counts_of
from tarot.audit.judged import findings_in_runs, findings_in_suite
from tarot.audit.measured import Effort, Ledger
from tarot.audit.suites import facts_of
from tarot.config.validation import suggestion
from tarot.types import UserError

_NO_PROBLEM = (FindingKind.FAULT, FindingKind.UNUSABLE)


@dataclass(frozen=True, slots=True)
class SuiteAudit:
    """The figures of a data set's suites, and what was found row by row.

    `dropped` has one finding for each row that is not in the cleaned data set, the gravest.
    """

    name: str
    effort: Effort
    data: DataAudit
    problems: tuple[Audited, ...]
    tiers: tuple[TierFigures, ...]
    suites: Kills
    steps: tuple[Step, ...]
    dropped: tuple[Finding, ...]

    def to_plain(self) -> dict[str, Any]:
        """All figures and findings as plain data for JSON."""
        return {
            "data": self.name,
            "effort": asdict(self.effort),
            "num_rows": self.data.num_rows,
            "num_problems": len(self.data.problems),
            "num_references": self.data.num_references(),
            "tiers": [asdict(one) for one in self.tiers],
            "suites": asdict(self.suites),
            "steps": [asdict(one) for one in self.steps],
            "findings": {kind.key: count for kind, count in counts_of(self.data.findings).items()},
            "num_dropped": len(self.dropped),
        }


def kinds_of(names: Sequence[str]) -> frozenset[FindingKind]:
    """The kinds of findings that `drop` names; raises UserError for a name of none."""
    kinds = {kind.key: kind for kind in FindingKind}
    for name in names:
        if name not in kinds:
            raise UserError(f"drop: {name}: no such finding{suggestion(name, list(kinds))}")
    return frozenset(kinds[name] for name in names)


def audit_suites(
    name: str,
    data: DataAudit,
    ledger: Ledger,
    effort: Effort,
    min_time_margin: float,
    drop: Collection[FindingKind],
) -> SuiteAudit:
    """Put together what was read and what was measured; the findings of both join `data`."""
    audited = []
    for placed in data.problems:
        facts = facts_of(placed.problem)
        measured = ledger.results.get(effort.key(placed.problem))
        data.findings += findings_in_suite(placed, facts)
        data.findings += findings_in_runs(placed, measured, effort.limits, min_time_margin)
        audited.append(Audited(placed.problem, facts, measured))
    return SuiteAudit(
        name=name,
        effort=effort,
        data=data,
        problems=tuple(audited),
        tiers=tuple(figures_of(audited, effort.limits)),
        suites=kills_of_suites(audited),
        steps=tuple(steps_of(audited)),
        dropped=tuple(_dropped(data.findings, drop).values()),
    )


def _dropped(findings: Sequence[Finding], drop: Collection[FindingKind]) -> Mapping[str, Finding]:
    """By the place of its row, the gravest finding for which it is dropped; in row order."""
    order = list(FindingKind)
    gravest: dict[str, Finding] = {}
    for finding in findings:
        if finding.kind not in drop and finding.kind not in _NO_PROBLEM:
            continue
        known = gravest.setdefault(finding.place, finding)
        if order.index(finding.kind) < order.index(known.kind):
            gravest[finding.place] = finding
    return gravest
