"""Tests of models on accepted solutions, in the real sandbox."""

from collections.abc import Iterator

import pytest

from tarot.generation.bases import Base, Drop
from tarot.generation.checking import Checker, Submission, input_digest
from tarot.generation.own_tests import try_own_tests
from tarot.generation.suites import Draft, Drafts, Fault
from tarot.grading.comparators import Comparator
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits, Problem, TestCase, TestKind, Tier

DOUBLE = "print(2 * int(input()))"
CALL = TestCase("f(1)", "2", None, TestKind.FUNCTION_CALL)
LIMITS = Limits(cpu_s=0.5, wall_s=10.0, memory_mb=256, output_kb=64)


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    sandbox = LocalSandbox(slots=2)
    yield Checker(sandbox, LIMITS, Comparator.TOKENS, max_input_kb=4, seed=0)
    sandbox.close()


def base_of(*references: str, tests: tuple[TestCase, ...] = ()) -> Base:
    problem = Problem(references[0], "Double it.", tests, references[0])
    return Base("here", problem, references, {})


def draft(stdin: str, expected: str | None = "", tier: Tier = Tier.EDGE) -> Draft:
    return Draft(tier, "why", stdin, expected)


def submission(base: Base, *drafts: Draft, taken: str = "") -> Submission:
    return Submission(base, Drafts(drafts, ()), frozenset({input_digest(taken)}))


FLAKY = "import random\nprint(random.random())"
FAULTS: list[tuple[Fault, Base, Draft]] = [
    (Fault.REFERENCE_FAILED, base_of(DOUBLE), draft("x\n")),
    (Fault.TOO_SLOW, base_of("while True: pass"), draft("1\n")),
    (Fault.OVER_LIMITS, base_of("print('1' * 10**6)"), draft("1\n")),
    (Fault.FLAKY, base_of(FLAKY), draft("1\n")),
    (Fault.DISAGREEMENT, base_of(DOUBLE, "print(2 * abs(int(input())))"), draft("-1\n")),
    (Fault.NO_OUTPUT, base_of("input()"), draft("1\n")),
    (Fault.TOO_LARGE, base_of(DOUBLE), draft("1" * 5000)),
    (Fault.REPEATED, base_of(DOUBLE), draft("7\n")),
    (Fault.PROGRAM_FAILED, base_of(DOUBLE), draft("1 / 0", None)),
    (Fault.UNSEEDED, base_of(DOUBLE), draft("import os\nprint(os.urandom(4).hex())", None)),
    (Fault.TOO_LARGE, base_of(DOUBLE), draft("print('1' * 5000)", None)),
]


def test_every_fault_is_told_from_the_others_and_none_spoils_a_neighbour(checker: Checker) -> None:
    submissions = [
        submission(base, draft("3\n", "6", Tier.BASIC), faulty, taken="7")
        for _, base, faulty in FAULTS
    ]
    found = checker.check(submissions)
    assert [one.fallen[-1].fault for one in found] == [fault for fault, _, _ in FAULTS]
    is_double = [base.references[0] == DOUBLE for _, base, _ in FAULTS]
    assert [[test.expected for test in one.tests] == ["6\n"] for one in found] == is_double


def test_the_output_on_file_is_the_references_and_the_models_own_is_kept_beside_it(
    checker: Checker,
) -> None:
    drafts = (draft("1\n", " 2 "), draft("2\n", "5\n"))
    (found,) = checker.check([submission(base_of(DOUBLE), *drafts)])
    assert [(one.expected, one.said) for one in found.tests] == [("2\n", None), ("4\n", "5\n")]


def test_an_input_program_prints_the_same_input_for_its_problem_each_time(checker: Checker) -> None:
    program = "import random\nprint(random.Random(int(input())).randrange(10**9))"
    given = [submission(base_of(DOUBLE), draft(program, None)) for _ in range(2)]
    first, second = checker.check(given)
    assert first == second
    assert int(first.tests[0].expected) == 2 * int(first.tests[0].stdin)


def test_calls_are_made_and_their_values_compared(checker: Checker) -> None:
    base = base_of("def f(x):\n    return [x, x]", tests=(CALL,))
    (found,) = checker.check([submission(base, draft("f(2)", "(2, 2)"), draft("f(3)", "[3]"))])
    assert [(one.expected, one.said) for one in found.tests] == [
        ("[2, 2]", None),
        ("[3, 3]", "[3]"),
    ]


def test_solutions_are_held_against_the_problems_own_tests_first(checker: Checker) -> None:
    tests = (TestCase("1\n", "2\n", None),)
    sound, other = "print(int(input()) + 1)", "print(3)"
    programs = (sound, other, FLAKY, "while True: pass")
    bases = [base_of(sound, other, DOUBLE, tests=tests)]
    bases += [base_of(program, tests=tests) for program in programs[1:]]
    found = try_own_tests(checker, bases)
    assert [one.reason for one in found] == [
        None,
        Drop.REFERENCE_REFUSED,
        Drop.FLAKY_REFERENCE,
        Drop.SLOW_REFERENCE,
    ]
    assert found[0].accepted == (0, 2)
