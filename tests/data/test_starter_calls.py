"""The function form of the short tasks."""

import ast
import re
from itertools import combinations
from random import Random

import pytest

from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.data import StarterSource
from tarot.data.source import Split
from tarot.data.starter import families_of
from tarot.data.starter.call_family import CallFamily
from tarot.data.starter.family import Family
from tarot.data.starter.generator import parameters_of
from tarot.types import Problem, TestKind, Tier
from tests.data.starter_suites import one_of_each_family

TRAINED = families_of(Split.TRAIN, TestKind.FUNCTION_CALL)
UNSEEN = families_of(Split.UNSEEN, TestKind.FUNCTION_CALL)
WHOLE = {
    family.name: family
    for split in (Split.TRAIN, Split.UNSEEN)
    for family in families_of(split, TestKind.STDIN_STDOUT)
}

every_family = pytest.mark.parametrize(
    "family", [*TRAINED, *UNSEEN], ids=lambda family: family.name
)


def _family(name: str) -> Family:
    return next(family for family in (*TRAINED, *UNSEEN) if family.name == name)


def _worded(name: str, wording: int) -> str:
    family = _family(name)
    return family.statement(family.parameters[0], slice(wording, wording + 1), 0, Random(0))


def test_tasks_that_print_several_values_or_speak_of_lines_have_no_function_form() -> None:
    assert len(TRAINED) == 18
    assert len(UNSEEN) == 5
    called = {family.name for family in (*TRAINED, *UNSEEN)}
    assert called.isdisjoint({"scale_all", "keep_greater", "largest_or", "replace_letter"})


@every_family
def test_statements_ask_to_return_and_never_to_print(family: Family) -> None:
    for wording in range(5):
        for parameters in family.parameters:
            text = family.statement(parameters, slice(wording, wording + 1), 0, Random(0))
            assert text.startswith("Write a function solve(")
            words = set(re.findall(r"[a-z]+", text.lower()))
            assert "return" in words
            assert words.isdisjoint({"print", "output", "input", "line", "read"})


def test_a_statement_is_the_signature_and_the_task() -> None:
    assert _worded("remainder_of_size", 1) == (
        "Write a function solve(n) of an integer n. "
        "Divide the absolute value of n by 3 and return the remainder."
    )
    assert _worded("count_digits", 1) == (
        "Write a function solve(n) of an integer n. "
        "Count the digits of n that are 0 or 1. Return the answer."
    )


def test_words_are_said_to_be_strings() -> None:
    assert _worded("divisible", 4).endswith(
        'Return yes or no. A word is returned as a string: "yes" or "no".'
    )
    assert _worded("largest_below", 4).endswith(
        'Return it, or none. A word is returned as a string: "none".'
    )


def test_a_reference_returns_what_the_program_would_print() -> None:
    family = _family("product_remainder")
    assert family.program({"k": 5}) == "def solve(a, b):\n    return a * b % 5\n"


def test_a_mistake_of_several_lines_returns_in_its_last() -> None:
    family = _family("whole_quotient")
    assert family.program({"k": 5}, family.mistakes[1]) == (
        "def solve(n):\n"
        "    up = list(range(5, n + 1, 5))\n"
        "    down = list(range(n, 0, 5))\n"
        "    return len(up) - len(down)\n"
    )


def test_tests_are_calls_with_literals_and_the_literal_of_the_value() -> None:
    for made in one_of_each_family(Split.TRAIN, TestKind.FUNCTION_CALL):
        problem = made.problem
        assert [test.tier for test in problem.tests] == list(Tier)
        for test in problem.tests:
            assert test.kind is TestKind.FUNCTION_CALL
            call = ast.parse(test.stdin, mode="eval").body
            assert isinstance(call, ast.Call)
            assert all(ast.literal_eval(argument) is not None for argument in call.args)
            assert isinstance(ast.literal_eval(test.expected), int | str)


def test_a_call_has_the_values_of_the_line() -> None:
    tests = _family("close_enough").tests(Tier.EDGE, {"k": 7}, 2, Random(0))
    assert [(test.stdin, test.expected) for test in tests] == [
        ("solve(7, 0)", "'yes'"),
        ("solve(-7, 1)", "'no'"),
    ]


@every_family
def test_both_forms_share_their_parameters_split_by_split(family: Family) -> None:
    assert isinstance(family, CallFamily)
    whole = WHOLE[family.name]
    for split, other in combinations((Split.TRAIN, Split.DEV, Split.TEST), 2):
        assert parameters_of(family, split) == parameters_of(whole, split)
        both = {whole.program(each) for each in parameters_of(family, split)}
        assert both.isdisjoint(whole.program(each) for each in parameters_of(whole, other))


def test_the_option_asks_for_functions() -> None:
    (job,) = compose("train", ["data=starter_calls", "data.num_problems=3"])
    source = build("data", job.config["data"])
    problems: tuple[Problem, ...] = source.load(Split.TRAIN)
    assert problems == StarterSource(num_problems=3, form=TestKind.FUNCTION_CALL).load(Split.TRAIN)
    assert {test.kind for problem in problems for test in problem.tests} == {TestKind.FUNCTION_CALL}
