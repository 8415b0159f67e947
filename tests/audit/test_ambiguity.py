"""Signs that one expected output does not do justice to a problem."""

import pytest

from tarot.audit.ambiguity import needs_checker
from tarot.types import Problem, TestCase, Tier

CHECKER = "import sys; sys.exit(0)"


def _problem(statement: str, expected: str = "1\n", checker: str | None = None) -> Problem:
    return Problem("p", statement, (TestCase("1\n", expected, Tier.BASIC, checker=checker),))


@pytest.mark.parametrize(
    "statement",
    [
        "If there are multiple answers, print any of them.",
        "If there are several solutions, output any.",
        "Print the elements in any order.",
        "You may print any valid permutation.",
        "If more than one solution exists, print one of them.",
    ],
)
def test_a_free_choice_of_answers_asks_for_a_checker_program(statement: str) -> None:
    assert "checker program" in (needs_checker(_problem(statement)) or "")
    assert needs_checker(_problem(statement, checker=CHECKER)) is None


@pytest.mark.parametrize(
    "statement",
    [
        "Your answer is right if its absolute or relative error is at most 0.000001.",
        "The answer is accepted within 10^-6 of the right one.",
        "The relative error must not exceed 10^{-9}.",
        "Tolerance: 1e-6.",
    ],
)
def test_a_tolerance_asks_for_the_float_checker(statement: str) -> None:
    assert 'checker "float"' in (needs_checker(_problem(statement)) or "")
    assert needs_checker(_problem(statement, checker="float")) is None


def test_long_decimals_in_an_output_ask_for_the_float_checker() -> None:
    assert "3.14159" in (needs_checker(_problem("Print pi.", "3.14159\n")) or "")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("Print the sum of any two of the numbers that differ by 10 - 3.", "12\n"),
        ("Print the price.", "12.50\n"),
        ("Print the version.", "1.2.345\n"),
        ("There are 10^5 numbers, each at most 10^9.", "7\n"),
    ],
)
def test_ordinary_problems_show_no_sign(statement: str, expected: str) -> None:
    assert needs_checker(_problem(statement, expected)) is None
