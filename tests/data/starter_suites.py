"""What the tests of the starter set grade: problems, and the families that they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tarot.data.source import Split
from tarot.data.starter import families_of, starter_problems
from tarot.data.starter.family import Family, Mistake, Parameters
from tarot.grading.grader import Grader
from tarot.types import Grade, Problem, Program, TestKind, Tier, Verdict


@dataclass(frozen=True, slots=True)
class Made:
    """A problem beside what it was made from."""

    problem: Problem
    family: Family
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Attempt:
    """A program at a problem: one with a mistake, or the reference, which has none."""

    made: Made
    mistake: Mistake | None

    def __str__(self) -> str:
        """The problem's id and what is wrong."""
        what = self.mistake.what if self.mistake else "reference"
        return f"{self.made.problem.id} ({what})"


def made_problems(split: Split, form: TestKind, num_a_family: int, seed: int) -> list[Made]:
    """The first problems of each family of a split in a form."""
    families = {family.name: family for family in families_of(split, form)}
    number = num_a_family * len(families)
    problems = starter_problems(list(families.values()), split, number, seed)
    return [_made(problem, families[problem.family or ""]) for problem in problems]


@cache
def one_of_each_family(split: Split, form: TestKind = TestKind.STDIN_STDOUT) -> tuple[Made, ...]:
    """The first problem of each family of a split in a form."""
    return tuple(made_problems(split, form, 1, 0))


def surprises(grader: Grader, attempts: Sequence[Attempt]) -> dict[str, list[str]]:
    """By family, the attempts that fail other tiers than they should; runs that were lost count."""
    programs = [
        Program(one.made.family.program(one.made.parameters, one.mistake)) for one in attempts
    ]
    problems = [one.made.problem for one in attempts]
    grades = grader.grade_programs(list(zip(problems, programs, strict=True)))
    found: dict[str, list[str]] = {}
    for attempt, grade in zip(attempts, grades, strict=True):
        fails = attempt.mistake.fails if attempt.mistake else frozenset()
        if not grade.is_judged or _failed(grade) != fails:
            seen = ", ".join(f"{result.tier} {result.verdict}" for result in grade.results)
            found.setdefault(attempt.made.family.name, []).append(f"{attempt}: {seen}")
    return found


def _made(problem: Problem, family: Family) -> Made:
    parameters = next(
        each for each in family.parameters if family.program(each) == problem.reference
    )
    return Made(problem, family, parameters)


def _failed(grade: Grade) -> set[Tier | None]:
    return {result.tier for result in grade.results if result.verdict is not Verdict.ACCEPTED}
