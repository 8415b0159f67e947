"""Assertions about a function become calls to run and values to compare, or are listed."""

import ast

import pytest

from tarot.data.rows.suite import Suite, parsed
from tarot.types import TestKind

ASSERTION = """
def assertion(out, exp, atol):
    exact_match = out == exp
    if atol == 0 and is_floats(exp):
        atol = 1e-6
    if not exact_match and atol != 0:
        assert np.allclose(out, exp, rtol=1e-07, atol=atol)
    else:
        assert exact_match, f"out: {out}"
"""


def suite(source: str) -> Suite:
    found = Suite("f", "candidate")
    found.read(ast.parse(ASSERTION + source).body)
    return found


def pairs(source: str) -> list[tuple[str, str]]:
    return [(test.stdin, test.expected) for test in suite(source).tests]


@pytest.mark.parametrize(
    ("assertion", "stdin", "expected"),
    [
        ("assert f(1, 'x') == [2]", "f(1, 'x')", "[2]"),
        ("assert (f(1) == 2), 'wrong'", "f(1)", "2"),
        ("assert candidate(-1) == (True)", "f(-1)", "True"),
        ("assert 3 == f(2)", "f(2)", "3"),
        ("assert f(*[1, 2], k=[0] * 2) == 'x'", "f(1, 2, k=[0, 0])", "'x'"),
        ("assert f(1) == {'a': 2}", "{**f(1)}", "{'a': 2}"),
        ("assert f(1) is True", "f(1)", "True"),
        ("assert f(1) is None", "f(1)", "None"),
        ("assert f(1) is not None", "f(1) is not None", "True"),
        ("assert f(1)", "bool(f(1))", "True"),
        ("assert not f(1)", "bool(f(1))", "False"),
        ("assert set(f((1, 2))) == set((2, 1))", "set(f((1, 2)))", "{1, 2}"),
        ("assert tuple(f([3])) == tuple([3, 1])", "tuple(f([3]))", "(3, 1)"),
        ("assert sorted(list(f(1))) == ['a']", "sorted(list(f(1)))", "['a']"),
        ("assert round(f(1), 2) == 0.33", "round(f(1), 2)", "0.33"),
        ("assert f(float('inf')) == -1", "f(1e999)", "-1"),
    ],
)
def test_an_assertion_becomes_a_call_and_a_value(assertion: str, stdin: str, expected: str) -> None:
    found = suite(assertion)
    [test] = found.tests
    assert (test.stdin, test.expected, test.checker) == (stdin, expected, None)
    assert (test.kind, test.tier) == (TestKind.FUNCTION_CALL, None)
    assert found.left_out == []


@pytest.mark.parametrize(
    "assertion",
    [
        "assert abs(f(4) - 0.5) < 1e-6",
        "assert abs(0.5 - f(4)) <= 0.000001",
        "assert math.fabs(f(4) - 1 / 2) < 1e-9",
        "assert math.isclose(f(4), 0.5)",
        "assert isclose(f(4), 0.5, abs_tol=1e-7)",
        "assertion(f(4), 0.5, 0)",
        "assertion(f(4), 0.5, 1e-6)",
    ],
)
def test_a_small_tolerance_is_the_judges_own(assertion: str) -> None:
    [test] = suite(assertion).tests
    assert (test.stdin, test.expected, test.checker) == ("f(4)", "0.5", "float")


def test_sequences_of_floats_alone_have_the_tolerance_of_the_longer_suites() -> None:
    source = "assertion(f(1), [0.5, 1.5], 0)\nassertion(f(1), [0.5, 1], 0)\nassertion(f(1), 1, 0)"
    assert [test.checker for test in suite(source).tests] == ["float", None, None]


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        ("assert f(1) == f(2)", "f(2) is no literal"),
        ("assert f(1) == g(2)", "g(2) is no literal"),
        ("assert f(g(1)) == 2", "g(1) is no literal"),
        ("assert f(1) == float('nan')", "nan has no literal"),
        ("assert f(1) == frozenset({1})", "frozenset({1}) is no literal"),
        ("assert f(1) != 2", "f(1) != 2 is no call of f with literals"),
        ("assert f(1) in (2, 3)", "f(1) in (2, 3) is no call of f with literals"),
        ("assert f(1) == 2 or f(1) == 3", "f(1) == 2 or f(1) == 3 is no call of f with literals"),
        ("assert 1 < f(1) < 3", "1 < f(1) < 3 is no call of f with literals"),
        ("assert f(1)[0] == 2", "f(1)[0] is no call of f with literals"),
        ("assert max(f(1), 2) == 2", "max(f(1), 2) is no call of f with literals"),
        ("assert f(1) is 3", "f(1) is 3 is no call of f with literals"),
        ("assert g(1) == 2", "g(1) is no call of f with literals"),
        ("assert f(**{'k': 1}) == 2", "f(**{'k': 1}) is no call of f with literals"),
        ("assert abs(f(1)) < 3", "f(1) is no difference"),
        ("assert abs(f(1) - 'a') < 3", "'a' is no finite number"),
        ("assert abs(f(1) - inf) < 3", "'inf' is no finite number"),
        ("assert math.isclose(f(1), 2, rel_tol=nan)", "'nan' is no finite number"),
        ("assertion(f(1), 0.5, 'a')", "'a' is no finite number"),
        ("assertion(f(1), [0.5], 0.1)", "a tolerance of 0.1 for more than one number"),
        ("assertion(f(1), ref(1), 0)", "ref(1) is no literal"),
        ("while True: pass", "not an assertion about the value of a call"),
        ("for i in range(g()): pass", "g() is no literal"),
        ("for i in 3: pass", "a int has no items in an order"),
        ("for i in {1, 2}: pass", "a set has no items in an order"),
        ("for i, j in [(1, 2, 3)]: pass", "(i, j) takes 3 values apart"),
    ],
)
def test_what_cannot_be_taken_apart_is_listed_with_its_reason(assertion: str, reason: str) -> None:
    found = suite(assertion)
    assert found.tests == []
    [line] = found.left_out
    assert line.endswith(f": {reason}")


def test_the_expected_value_is_never_in_the_call() -> None:
    source = "x = 987\n" + "\n".join(
        f"assert {form}"
        for form in (
            "f(1) == 987",
            "987 == f(1)",
            "f(1) == x",
            "set(f(1)) == {987}",
            "abs(f(1) - 987) < 1e-3",
            "math.isclose(f(1), 987, rel_tol=0.01)",
            "not f(1) == 987",
            "f(1) - 987 == 0",
            "(lambda v: v == 987)(f(1))",
            "f(1) == 987 and True",
            "all([f(1) == 987])",
            "bool(f(1) == 987)",
        )
    )
    tests = suite(source).tests
    assert len(tests) == 6
    assert not [test for test in tests if "987" in test.stdin or "987" in (test.checker or "")]


def test_what_says_nothing_is_neither_a_test_nor_listed() -> None:
    source = (
        '"""Text."""\nimport math\nfrom math import inf\nMETADATA = {"author": "me"}\n'
        "def helper(x): return x\nassert True, 'always'\nassert f(1) == 2\n"
    )
    assert pairs(source) == [("f(1)", "2")]
    assert suite(source).left_out == []


def test_loops_over_literals_are_unrolled() -> None:
    source = "for i, word in enumerate(['a', 'b']):\n    assert f(i, word) == word * 2"
    assert pairs(source) == [("f(0, 'a')", "'aa'"), ("f(1, 'b')", "'bb'")]
    source = "for x in range(2):\n    for y in (0, 1):\n        assert f(x) == str(x + y)"
    assert pairs(source) == [("f(0)", "'0'"), ("f(0)", "'1'"), ("f(1)", "'1'"), ("f(1)", "'2'")]


def test_the_suites_of_the_plus_data_sets_are_unrolled() -> None:
    source = (
        "inputs = [[[1, 2]], [[]]]\nresults = [3, 0]\n"
        "for i, (inp, exp) in enumerate(zip(inputs, results)):\n"
        "    assertion(f(*inp), exp, 0)\n"
    )
    assert pairs(source) == [("f([1, 2])", "3"), ("f([])", "0")]


def test_what_the_longer_suites_compare_is_read_from_their_helper() -> None:
    calls = "\nassertion(f(1), (2, 1, 1), 0)\nassertion(f(2), [0.5], 0)"
    as_sets = "def assertion(out, exp, atol):\n    {}\n    assert out == exp, f'{{out}}'\n"
    found = suite(as_sets.format("out = set(out); exp = set(exp)") + calls)
    assert [(test.stdin, test.expected, test.checker) for test in found.tests] == [
        ("set(f(1))", "{1, 2}", None),
        ("set(f(2))", "{0.5}", None),
    ]
    for odd in (
        "out = set(out)",
        "out = max(out); exp = max(exp)",
        "out = g(out)",
        "if isinstance(out, bool): return",
        "out = exp == (out is not None)",
        "return",
    ):
        definition = as_sets.format(odd) if odd != "return" else "def assertion(out, exp): pass\n"
        assert suite(definition + calls).tests == []
    nothing = suite("def assertion(out, exp, atol):\n    pass\n" + calls)
    assert nothing.left_out == [
        "assertion(f(1), (2, 1, 1), 0): a comparison that is not looked into",
        "assertion(f(2), [0.5], 0): a comparison that is not looked into",
    ]


@pytest.mark.parametrize(
    "change",
    ["x.append(2)", "x += [2]", "g(x)", "del x[0]", "x = g()", "f(x)", "if g():\n    x = [2]"],
)
def test_a_name_that_may_have_changed_is_no_longer_known(change: str) -> None:
    found = suite(f"x = [1]\n{change}\nassert f(x) == 1\n")
    assert found.tests == []
    assert found.left_out[-1].endswith("x is no literal")


def test_a_list_that_was_handed_to_the_function_is_no_longer_known() -> None:
    found = suite("x, n = [1], 3\nassert f(x, n) == x\nassert f(n) == 1\nassert f(x) == 1")
    assert [test.stdin for test in found.tests] == ["f([1], 3)", "f(3)"]
    assert found.left_out == ["assert f(x) == 1: x is no literal"]


def test_an_assertion_that_is_left_out_cannot_have_changed_a_number() -> None:
    found = suite("n, x = 3, [1]\nassert f(n, x) == g(n, x)\nassert f(n) == 6\nassert f(x) == 1")
    assert [test.stdin for test in found.tests] == ["f(3)"]
    assert found.left_out[1] == "assert f(x) == 1: x is no literal"


def test_a_suite_without_an_end_is_cut_off_in_time() -> None:
    loops = "for a in range(10 ** 5):\n    for b in range(10 ** 5):\n        pass"
    found = suite(f"assert f(1) == 2\n{loops}\nassert f(2) == 3")
    assert [test.stdin for test in found.tests] == ["f(1)"]
    assert found.left_out == ["whatever comes after 50000 statements"]


@pytest.mark.parametrize("source", ["assert f(1) ==", "a\0b", "(" * 300 + ")" * 300])
def test_what_is_no_python_is_a_value_error(source: str) -> None:
    with pytest.raises(ValueError, match=r"not Python|null bytes"):
        parsed(source)
