"""Rows with the columns of MBPP, of its sanitized form and of MBPP+."""

from collections.abc import Callable
from typing import Any

import pytest

from tarot.data.rows import ReadRow, Unusable, read_row
from tarot.types import Problem, UserError, Verdict

Verdicts = Callable[[Problem, str], list[Verdict]]

CODE = (
    "import math\r\ndef helper(r):\r\n  return r * r\r\n"
    "def ring_area(r, s):\r\n  return math.pi * (helper(r) - helper(s))"
)
TESTS = [
    "assert math.isclose(ring_area(2, 1), 9.42477796076938, rel_tol=0.001)",
    "assert ring_area(1, 1)==0.0",
    "assert ring_area(ring_area(1, 0), 0) == 31.0",
]


def row(**columns: Any) -> dict[str, Any]:
    return {
        "task_id": 901,
        "text": "Write a function to find the area of a ring.",
        "code": CODE,
        "test_list": TESTS,
        "test_setup_code": "",
        "challenge_test_list": ["assert ring_area(r=0, s=0) == 0"],
        **columns,
    }


def sanitized(**columns: Any) -> dict[str, Any]:
    return {
        "source_file": "Benchmark Questions Verification V2.ipynb",
        "task_id": 902,
        "prompt": "Write a function to merge two tuples.",
        "code": "def merge(a, b=()):\n  return tuple(set(a) | set(b))",
        "test_imports": ["import math"],
        "test_list": [
            "assert set(merge((1, 2), (2, 3))) == set((3, 2, 1))",
            "assert set(merge((1,))) == {1}",
        ],
        **columns,
    }


def read(one: dict[str, Any]) -> ReadRow:
    return read_row(one, "row")


def test_a_row_becomes_a_function_to_write_by_its_name() -> None:
    found = read(row())
    assert found.problem.id == "mbpp/901"
    assert found.problem.statement == (
        "Write a function to find the area of a ring.\n\n"
        "Write a function named `ring_area` that takes 2 arguments."
    )
    assert found.problem.reference == CODE.replace("\r\n", "\n")
    assert [(test.stdin, test.expected) for test in found.problem.tests] == [
        ("ring_area(2, 1)", "9.42477796076938"),
        ("ring_area(1, 1)", "0.0"),
        ("ring_area(r=0, s=0)", "0"),
    ]
    assert found.left_out == (
        "assert ring_area(ring_area(1, 0), 0) == 31.0: ring_area(1, 0) is no literal",
    )


def test_a_wide_tolerance_is_kept(verdicts: Verdicts) -> None:
    problem = read(row()).problem
    accepted, wrong = Verdict.ACCEPTED, Verdict.WRONG_ANSWER
    assert verdicts(problem, problem.reference or "") == [accepted] * 3
    # 3 * 3.14 is 0.05% off, and 3 * 3.1 is 1.3% off.
    rough = "def ring_area(r, s): return 3.14 * (r * r - s * s)"
    assert verdicts(problem, rough) == [accepted] * 3
    assert verdicts(problem, rough.replace("3.14", "3.1")) == [wrong, accepted, accepted]
    text = "def ring_area(r, s): return 'area'"
    assert verdicts(problem, text) == [wrong] * 3


def test_sets_are_made_of_the_value_where_the_function_runs(verdicts: Verdicts) -> None:
    problem = read(sanitized()).problem
    assert problem.statement.endswith("named `merge` that takes 1 to 2 arguments.")
    assert [(test.stdin, test.expected) for test in problem.tests] == [
        ("set(merge((1, 2), (2, 3)))", "{1, 2, 3}"),
        ("set(merge((1,)))", "{1}"),
    ]
    assert verdicts(problem, problem.reference or "") == [Verdict.ACCEPTED] * 2
    wrong = "def merge(a, b=()): return list(a)"
    assert verdicts(problem, wrong) == [Verdict.WRONG_ANSWER, Verdict.ACCEPTED]


def test_the_longer_suite_of_the_plus_form_is_taken(verdicts: Verdicts) -> None:
    test = (
        "import numpy as np\nfrom math import inf\n\n"
        "def assertion(out, exp, atol):\n"
        "    out = set(out)\n    exp = set(exp)\n    assert out == exp\n\n"
        "inputs = [[(1,), (2,)], [(), ()]]\nresults = [{1, 2}, set()]\n"
        "for i, (inp, exp) in enumerate(zip(inputs, results)):\n"
        "    assertion(merge(*inp), exp, 0)\n"
    )
    problem = read(sanitized(test=test)).problem
    assert [test.stdin for test in problem.tests] == [
        "set(merge((1,), (2,)))",
        "set(merge((), ()))",
    ]
    assert verdicts(problem, problem.reference or "") == [Verdict.ACCEPTED] * 2
    other = read(sanitized(test=test.replace("out == exp", "g(out, exp)"))).problem
    assert other == read(sanitized()).problem


def test_a_counter_is_as_good_as_a_dict_and_pairs_are_not(verdicts: Verdicts) -> None:
    tests = ["assert count('aab') == {'a': 2, 'b': 1}"]
    code = "from collections import Counter\ndef count(text): return Counter(text)"
    problem = read(row(code=code, test_list=tests, challenge_test_list=[])).problem
    assert [(test.stdin, test.expected) for test in problem.tests] == [
        ("{**count('aab')}", "{'a': 2, 'b': 1}")
    ]
    assert verdicts(problem, code) == [Verdict.ACCEPTED]
    assert verdicts(problem, "def count(text): return {'a': 2, 'b': 1}") == [Verdict.ACCEPTED]
    pairs = "def count(text): return [('a', 2), ('b', 1)]"
    assert verdicts(problem, pairs) == [Verdict.RUNTIME_ERROR]


def test_the_statement_shows_no_expected_value() -> None:
    text = "Add two.\nassert add(1, 41) == 42\n  assert add(0, 7) == 7\nPlease."
    tests = ["assert add(1, 41) == 42", "assert add(0, 7) == 7"]
    statement = read(row(text=text, code="", test_list=tests)).problem.statement
    assert statement == (
        "Add two.\nPlease.\n\nWrite a function named `add` that takes 2 arguments."
    )


def test_names_of_the_setup_are_known_and_objects_are_not() -> None:
    setup = "class Node: pass\nroot = Node()\nlimit = 3\n"
    tests = ["assert f(limit) == 6", "assert f(root) == 1", "assert f(2"]
    found = read(
        row(
            code="def f(x): return 2 * x",
            test_setup_code=setup,
            test_list=tests,
            challenge_test_list=[],
        )
    )
    assert [test.stdin for test in found.problem.tests] == ["f(3)"]
    assert found.left_out == (
        "assert f(2: not Python, line 1: '(' was never closed",
        "assert f(root) == 1: root is no literal",
    )


def test_the_function_is_the_one_that_the_code_defines() -> None:
    tests = [
        "assert len(sorted_words('b a')) == 2",
        "assert list(sorted_words('b a')) == ['a', 'b']",
    ]
    for code in ("def sorted_words(text): return sorted(text.split())", "", "def sorted_words(:"):
        problem = read(row(code=code, test_list=tests, challenge_test_list=[])).problem
        assert "`sorted_words` that takes 1 argument." in problem.statement
        assert [test.stdin for test in problem.tests] == [
            "len(sorted_words('b a'))",
            "list(sorted_words('b a'))",
        ]


@pytest.mark.parametrize("tests", [[], ["assert Thing.method() == 1"], ["assert len('ab') == 2"]])
def test_tests_of_no_function_are_unusable(tests: list[str]) -> None:
    with pytest.raises(Unusable, match=r"^row: no test that can be judged outside; no assertion"):
        read(row(test_list=tests, challenge_test_list=[]))


def test_a_broken_row_is_one_line() -> None:
    with pytest.raises(UserError, match=r"^row: test_list\.0: Input should be a valid string$"):
        read(row(test_list=[1]))
    with pytest.raises(UserError, match=r"^row: text: missing; every row needs it$"):
        read({"task_id": 1, "test_list": TESTS})
