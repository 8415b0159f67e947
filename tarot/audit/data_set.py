"""An audit of a whole data set, row by row, without running a program."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tarot.audit.findings import Finding, FindingKind, Placed, look_at
from tarot.audit.overlap import OverlapIndex
from tarot.data.entries import Entry
from tarot.grading.checkers import is_checker
from tarot.types import TestKind, Tier


@dataclass(slots=True)
class DataAudit:
    """What was read of a data set, and what was found in it."""

    num_rows: int = 0
    problems: list[Placed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def num_tests(self) -> dict[Tier | None, int]:
        """Tests per tier, None for those without one."""
        counts = Counter(test.tier for one in self.problems for test in one.problem.tests)
        return {tier: counts[tier] for tier in (*Tier, None) if counts[tier]}

    def num_problems(self) -> dict[Tier, int]:
        """Problems that have a test of each tier."""
        suites = [{test.tier for test in one.problem.tests} for one in self.problems]
        return {tier: sum(tier in suite for suite in suites) for tier in Tier}

    def num_of_kind(self) -> dict[TestKind, int]:
        """Tests per kind."""
        return dict(Counter(test.kind for one in self.problems for test in one.problem.tests))

    def num_with_checker(self) -> int:
        """Tests that have a checker program of their own."""
        tests = (test for one in self.problems for test in one.problem.tests)
        return sum(is_checker(test.checker) for test in tests)

    def num_references(self) -> int:
        """Problems that have a reference solution."""
        return sum(one.problem.reference is not None for one in self.problems)

    def clean(self) -> list[Placed]:
        """The problems in which nothing was found."""
        found = {finding.place for finding in self.findings}
        return [one for one in self.problems if one.place not in found]


def audit_entries(entries: Iterable[Entry], benchmarks: OverlapIndex) -> DataAudit:
    """Read every row, and find what shows without running anything."""
    audit = DataAudit()
    ids: dict[str, str] = {}
    statements: dict[str, str] = {}
    for entry in entries:
        audit.num_rows += 1
        audit.findings += _lost(entry)
        if entry.problem is None:
            continue
        placed = Placed(entry.place, entry.problem)
        audit.problems.append(placed)
        audit.findings += look_at(placed)
        audit.findings += _repeated(placed, ids, statements)
        if overlap := benchmarks.find(entry.problem.statement):
            detail = f"{overlap.share:.0%} of its statement is in {overlap.item}"
            audit.findings.append(placed.finding(FindingKind.OVERLAP, detail))
    return audit


def _lost(entry: Entry) -> Iterator[Finding]:
    problem_id = entry.problem.id if entry.problem else None
    if entry.fault is not None:
        kind = FindingKind.UNUSABLE if entry.is_unusable else FindingKind.FAULT
        detail = str(entry.fault).removeprefix(f"{entry.place}: ")
        yield Finding(kind, entry.place, problem_id, detail)
    for detail in entry.left_out:
        yield Finding(FindingKind.LOST_TEST, entry.place, problem_id, detail)


def _repeated(placed: Placed, ids: dict[str, str], statements: dict[str, str]) -> Iterator[Finding]:
    problem = placed.problem
    text = " ".join(problem.statement.split())
    for kind, known, key in (
        (FindingKind.REPEATED_ID, ids, problem.id),
        (FindingKind.REPEATED_STATEMENT, statements, text),
    ):
        first = known.setdefault(key, placed.place)
        if first != placed.place:
            yield placed.finding(kind, f"stands already at {first}")
