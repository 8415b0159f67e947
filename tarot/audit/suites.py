"""What a suite shows by itself: inputs that come again, and outputs that tell little."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tarot.audit.examples import shown_in_statement
from tarot.grading.checkers import is_checker
from tarot.types import Problem, TestCase


@dataclass(frozen=True, slots=True)
class TestFacts:
    """One test; inputs and outputs are compared word by word.

    `repeats` is the number of the first test of the suite with the same input, `is_original`
    whether it repeats a test without a tier where it has one itself. `is_constant` says that all
    tests of the suite, two inputs at least, expect the same output.
    """

    __test__ = False

    repeats: int | None
    is_original: bool
    is_shown: bool
    is_empty: bool
    is_constant: bool


def facts_of(problem: Problem) -> tuple[TestFacts, ...]:
    """What there is to say of each test, in suite order."""
    tests = problem.tests
    originals = {_input(test) for test in tests if test.tier is None}
    is_constant = _expects_one_output(tests)
    shown = shown_in_statement(problem)
    return tuple(
        TestFacts(
            repeats=repeats,
            is_original=test.tier is not None and _input(test) in originals,
            is_shown=is_shown,
            is_empty=not is_checker(test.checker) and not test.expected.split(),
            is_constant=is_constant,
        )
        for test, repeats, is_shown in zip(tests, _repeats(tests), shown, strict=True)
    )


def _input(test: TestCase) -> tuple[str, ...]:
    return (test.kind, *test.stdin.split())


def _repeats(tests: Sequence[TestCase]) -> Iterator[int | None]:
    """For each test the first of its like; one with a tier is held against others with one."""
    first: dict[tuple[bool, tuple[str, ...]], int] = {}
    for number, test in enumerate(tests):
        earlier = first.setdefault((test.tier is None, _input(test)), number)
        yield earlier if earlier != number else None


def _expects_one_output(tests: Sequence[TestCase]) -> bool:
    if any(is_checker(test.checker) for test in tests):
        return False
    outputs = {tuple(test.expected.split()) for test in tests}
    return len(outputs) == 1 and len(set(map(_input, tests))) > 1
