"""What a suite shows by itself."""

import pytest

from tarot.audit.suites import TestFacts, facts_of
from tarot.audit.trivial import Trivial, trivial_outputs
from tarot.types import Problem, TestCase, TestKind, Tier

CODEFORCES = """Add them.

Input

The first line holds n.

Output

Print the sum.

Examples

Input

2
1 2


Output

3
"""
TACO = "Add.\n\n-----Example-----\nInput\n2\n1 2\n\nOutput\n3\n\n-----Note-----\nNone."
ATCODER = "Add.\n\nSample Input 1:\n2\n1 2\n\nSample Output 1:\n3\n"
AIZU = "Add.\n\nSample Input\n\n2\n1 2\n\nOutput for the Sample Input\n\n3\n"


def _test(stdin: str, expected: str = "3", tier: Tier | None = Tier.BASIC) -> TestCase:
    return TestCase(stdin, expected, tier)


def _facts(*tests: TestCase, statement: str = "Add.") -> tuple[TestFacts, ...]:
    return facts_of(Problem("p", statement, tests))


@pytest.mark.parametrize("statement", [CODEFORCES, TACO, ATCODER, AIZU])
def test_an_example_is_known_by_its_words(statement: str) -> None:
    shown, other, prose = _facts(
        _test("2\n1 2 \n"), _test("2\n1 3\n"), _test("Print the sum."), statement=statement
    )
    assert (shown.is_shown, other.is_shown, prose.is_shown) == (True, False, False)


def test_a_call_is_known_anywhere_in_the_text() -> None:
    calls = [
        TestCase(text, "3", Tier.BASIC, TestKind.FUNCTION_CALL) for text in ("f(1, 2)", "f(9)")
    ]
    facts = _facts(*calls, statement="For example f(1,2) is 3.")
    assert [one.is_shown for one in facts] == [True, False]


def test_repeated_inputs_are_told_from_the_original_test() -> None:
    facts = _facts(
        _test("1 2", tier=None),
        _test("5"),
        _test("1  2\n", tier=Tier.EDGE),
        _test(" 5 ", "4", tier=Tier.EDGE),
    )
    assert [one.repeats for one in facts] == [None, None, None, 1]
    assert [one.is_original for one in facts] == [False, False, True, False]


def test_one_output_for_two_inputs_is_constant_and_for_one_is_not() -> None:
    assert all(one.is_constant for one in _facts(_test("1", "3\n"), _test("2", " 3")))
    assert not any(one.is_constant for one in _facts(_test("1"), _test("1")))
    assert not any(one.is_constant for one in _facts(_test("1"), _test("2", "4")))
    checked = TestCase("2", "3", Tier.EDGE, checker="import sys")
    assert not any(one.is_constant for one in _facts(_test("1"), checked))


def test_an_empty_output_is_seen_unless_a_checker_decides() -> None:
    checked = TestCase("1", "", Tier.EDGE, checker="import sys")
    assert [one.is_empty for one in _facts(_test("1", " \n"), _test("2"), checked)] == [
        True,
        False,
        False,
    ]


def test_programs_that_solve_nothing_print_what_is_known() -> None:
    assert trivial_outputs(_test("1 2\n"), b"3\n4\n\n") == {
        Trivial.EMPTY: b"",
        Trivial.ECHO: b"1 2\n",
        Trivial.PREFIX: b"3\n",
    }
    assert Trivial.PREFIX not in trivial_outputs(_test("1"), b"\n3\n")


@pytest.mark.parametrize(
    ("call", "echo"),
    [("f([1, 2], 3)", b"[1, 2]"), ("C().f('a')", b"'a'"), ("f()", b"None"), ("sorted(f(1))", None)],
)
def test_a_call_is_answered_with_none_and_its_first_argument(call: str, echo: bytes | None) -> None:
    test = TestCase(call, "3", Tier.BASIC, TestKind.FUNCTION_CALL)
    outputs = trivial_outputs(test, b"3")
    assert outputs == ({} if echo is None else {Trivial.EMPTY: b"None", Trivial.ECHO: echo})
