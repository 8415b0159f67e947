"""Rows judged by the real grader, as a reference and a wrong program come out of them."""

from collections.abc import Callable, Iterator

import pytest

from tarot.grading.grader import Grader
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits, Problem, Program, Verdict

LIMITS = Limits(cpu_s=5.0, wall_s=30.0, memory_mb=512, output_kb=256)


@pytest.fixture(scope="session")
def verdicts() -> Iterator[Callable[[Problem, str], list[Verdict]]]:
    """The verdict of every test of a problem on a program."""
    grader = Grader(LocalSandbox(slots=1), LIMITS)

    def judged(problem: Problem, source: str) -> list[Verdict]:
        [grade] = grader.grade_programs([(problem, Program(source))])
        return [result.verdict for result in grade.results]

    yield judged
    grader.close()
