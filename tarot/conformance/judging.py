"""Judging a file that somebody brings: rows with programs, or problems with a reference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tarot.conformance.reading import read_rows
from tarot.conformance.rows import Row
from tarot.data.files import read_problems
from tarot.data.lines import jsonl_rows
from tarot.grading.grader import Grader
from tarot.types import Problem, Program, TestCase, TestResult, Tier, UserError, Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """A program to judge on a problem, and the verdicts that are right; any where there is none."""

    problem: Problem
    program: Program
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of one test, counted from 0 within its row, beside those that were expected."""

    name: str
    test: int
    tier: Tier | None
    verdict: Verdict
    expected_verdicts: tuple[Verdict, ...]
    cpu_s: float
    wall_s: float

    @property
    def is_missed(self) -> bool:
        """Whether the verdict is none of those that were expected."""
        return bool(self.expected_verdicts) and self.verdict not in self.expected_verdicts


def read_trials(path: Path) -> list[Trial]:
    """What a file holds, programs or problems; raises UserError that names file and line.

    Of problems, the reference solutions are to be accepted; a problem without one has no trial.
    """
    if not path.is_file():
        raise UserError(f"file: {path}: no such file; name a .jsonl file")
    if _holds_programs(path):
        return [_trial_of_row(row) for row in read_rows(path)]
    trials = [
        Trial(problem, Program(problem.reference), (Verdict.ACCEPTED,))
        for problem in read_problems(path)
        if problem.reference is not None
    ]
    if not trials:
        raise UserError(f"file: {path}: no problem has a reference solution; nothing to judge")
    return trials


def judge_trials(trials: Sequence[Trial], grader: Grader) -> Iterator[Judged]:
    """The verdict of every test, in order, as they come."""
    grades = grader.stream((trial.problem, trial.program) for trial in trials)
    for trial, grade in zip(trials, grades, strict=True):
        for number, result in enumerate(grade.results):
            yield _judged(trial, number, result)


def _holds_programs(path: Path) -> bool:
    if path.suffix != ".jsonl":
        return False
    first = next((value for _, value in jsonl_rows(path)), None)
    return isinstance(first, dict) and "code" in first


def _trial_of_row(row: Row) -> Trial:
    test = TestCase(stdin=row.stdin, expected=row.expected, tier=None)
    problem = Problem(id=row.name, statement="", tests=(test,))
    return Trial(problem, Program(row.code), row.verdicts)


def _judged(trial: Trial, number: int, result: TestResult) -> Judged:
    return Judged(
        name=trial.problem.id,
        test=number,
        tier=result.tier,
        verdict=result.verdict,
        expected_verdicts=trial.verdicts,
        cpu_s=round(result.cpu_s, 4),
        wall_s=round(result.wall_s, 4),
    )
