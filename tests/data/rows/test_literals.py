"""Expressions of tests read as values, and values written as literals."""

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarot.data.rows.literals import NotLiteral, call_of, literal_of
from tarot.data.rows.values import value_of
from tarot.grading.calls import same_value

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text(), inner)
        | st.sets(st.integers() | st.text())
    ),
    max_leaves=20,
)


def value(text: str, **names: object) -> object:
    return value_of(ast.parse(text, mode="eval").body, names)


@given(VALUES)
def test_a_literal_is_taken_for_its_value_by_the_judge_and_by_python(one: object) -> None:
    text = literal_of(one)
    assert eval(text) == one
    assert same_value(text.encode("utf-8", "surrogatepass"), text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("one", "literal"),
    [
        ([1, -2.5, "a'b", None], '[1, -2.5, "a\'b", None]'),
        ((1,), "(1,)"),
        ({"b", "a", "{"}, "{'a', 'b', '{'}"),
        (set(), "set()"),
        ({"k": {2, 1}}, "{'k': {1, 2}}"),
        ([math.inf, (-math.inf,), "inf"], "[1e999, (-1e999,), 'inf']"),
    ],
)
def test_values_have_one_literal_each(one: object, literal: str) -> None:
    assert literal_of(one) == literal


@pytest.mark.parametrize(
    "one", [math.nan, [math.nan], ..., [10**5000], frozenset({1}), [{math.nan}]], ids=range(6)
)
def test_what_the_judge_cannot_compare_has_no_literal(one: object) -> None:
    with pytest.raises(NotLiteral):
        literal_of(one)


def test_a_call_has_its_arguments_by_place_and_by_name() -> None:
    assert call_of("f", [1, [2]], {"k": "x"}) == "f(1, [2], k='x')"
    assert call_of("Solution().f", []) == "Solution().f()"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-3", -3),
        ("[0] * 3", [0, 0, 0]),
        ("2 * 'ab' + 'c'", "ababc"),
        ("[[0] * 2] * 2", [[0, 0], [0, 0]]),
        ("10 ** 9 + 7", 1_000_000_007),
        ("0.5 * 10 ** 9", 5e8),
        ("2.0 / 3.0", 2 / 3),
        ("7 // 2 - 7 % 4", 0),
        ("not True", False),
        ("{1, 2} | {3}", {1, 2, 3}),
        ("float('-inf')", -math.inf),
        ("math.pi", math.pi),
        ("set([1, 1])", {1}),
        ("sorted({'b', 'a'})", ["a", "b"]),
        ("list(range(1, 4))", [1, 2, 3]),
        ("tuple('ab')", ("a", "b")),
        ("dict([('a', 1)])", {"a": 1}),
        ("list(zip([1, 2], 'ab'))", [(1, "a"), (2, "b")]),
        ("enumerate(x)", [(0, 5), (1, 6)]),
        ("str(len(x)) + 'x'", "2x"),
        ("{'k': x}", {"k": [5, 6]}),
    ],
)
def test_what_can_be_looked_through_is_computed(text: str, expected: object) -> None:
    found = value(text, x=[5, 6])
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "y",
        "f(1)",
        "__import__('os')",
        "open('x')",
        "().__class__",
        "x[0]",
        "[i for i in x]",
        "lambda: 1",
        "[*x]",
        "{**x}",
        "f'{x}'",
        "'%d' % 3",
        "1 / 0",
        "1 << 3",
        "{[]: 1}",
        "len(3)",
        "range(1, 2, 0)",
        "int('x')",
        "str(x)",
        "list({1, 2})",
        "sorted(x, reverse=True)",
    ],
)
def test_everything_else_is_no_literal(text: str) -> None:
    with pytest.raises(NotLiteral):
        value(text, x=[5, 6])


@pytest.mark.parametrize(
    "text",
    [
        "[0] * 10 ** 9",
        "'a' * 10 ** 9",
        "10 ** 10 ** 10",
        "(-1) ** 99999",
        "range(10 ** 12)",
        "[[[0] * 10000] * 10000] * 10000",
        "zip(" + ", ".join(["'a' * 10000"] * 1000) + ")",
        "-" * 5000 + "1",
    ],
)
def test_what_grows_too_large_is_not_computed(text: str) -> None:
    with pytest.raises((NotLiteral, MemoryError, RecursionError)):
        value(text)


def test_a_name_that_is_known_hides_a_function() -> None:
    with pytest.raises(NotLiteral):
        value("len(x)", len=[1], x=[2])
