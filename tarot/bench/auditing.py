"""How fast an audit is: what was measured, and how it is shown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from tarot.bench.clock import Stopwatch, Usage
from tarot.bench.requirements import Requirement, audit_requirement
from tarot.bench.tables import show_requirements
from tarot.bench.ways import Way
from tarot.grading.rules import input_of
from tarot.types import Job, Limits, Problem, Program

NUM_PUBLISHED = 15_506
"""Problems of the published data set, for which the time is projected."""


@dataclass(frozen=True, slots=True)
class AuditBench:
    """An audit of light problems, and runs of their references by `python -c`, one at a time.

    `num_runs` of programs took the audit `audit`, all that it does included; the
    `num_baseline_runs` took `baseline`.
    """

    num_cores: int
    num_problems: int
    num_tests: int
    num_runs: int
    num_unsound: int
    audit: Usage
    num_baseline_runs: int
    baseline: Usage

    @property
    def runs_per_s(self) -> float:
        """Programs that the audit runs in a second."""
        return self.num_runs / self.audit.wall_s

    @property
    def tests_per_s(self) -> float:
        """Tests that it is done with in a second."""
        return self.num_tests / self.audit.wall_s

    @property
    def baseline_runs_per_s(self) -> float:
        """Tests that `python -c` runs a reference on in a second."""
        return self.num_baseline_runs / self.baseline.wall_s

    @property
    def projected_s(self) -> float:
        """The time of as many such problems as the published data set has."""
        return NUM_PUBLISHED * self.audit.wall_s / self.num_problems

    @property
    def requirement(self) -> Requirement:
        """What the audit is held to."""
        by_cpu = (self.baseline.cpu_s / self.num_baseline_runs) / (self.audit.cpu_s / self.num_runs)
        ratio = self.runs_per_s / self.baseline_runs_per_s
        return audit_requirement(ratio, by_cpu, self.num_cores)

    def to_plain(self) -> dict[str, Any]:
        """The figures as plain data for JSON."""
        names = ("runs_per_s", "tests_per_s", "baseline_runs_per_s", "projected_s")
        figures = {name: getattr(self, name) for name in names}
        return {**asdict(self), **figures, "requirement": asdict(self.requirement)}


def run_baseline(problems: Sequence[Problem], num_runs: int, limits: Limits) -> Usage:
    """What `num_runs` references on tests take by `python -c`, each after the one before."""
    jobs = [
        Job(Program(problem.reference or ""), input_of(test), limits)
        for problem in problems
        for test in problem.tests
    ]
    with Way.SUBPROCESS.opened(num_at_once=1) as one_by_one, Stopwatch() as watch:
        one_by_one.run([jobs[number % len(jobs)] for number in range(num_runs)])
    return watch.usage


def show_audit(bench: AuditBench) -> RenderableType:
    """The figures, and the ratio that is required."""
    table = Table("figure", "value", title="audit of light problems", title_justify="left")
    minutes = bench.projected_s / 60
    rows = {
        "problems, tests": f"{bench.num_problems:,}, {bench.num_tests:,}",
        "references refused or unsteady": f"{bench.num_unsound:,}",
        "cores": str(bench.num_cores),
        "runs of the audit": f"{bench.num_runs:,} in {bench.audit.wall_s:.1f} s",
        "runs/s": f"{bench.runs_per_s:,.0f}",
        "tests/s, mutants and all": f"{bench.tests_per_s:,.1f}",
        f"runs/s by {Way.SUBPROCESS}, one at a time": (
            f"{bench.baseline_runs_per_s:,.1f}, of {bench.num_baseline_runs}"
        ),
        f"projected for {NUM_PUBLISHED:,} problems": f"{minutes:,.1f} min",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return Group(table, show_requirements([bench.requirement]))
