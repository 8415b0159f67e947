"""Rows with the columns of APPS and of TACO."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tarot.data.rows import ReadRow, Unusable, read_row
from tarot.types import Problem, TestCase, TestKind, UserError, Verdict

Verdicts = Callable[[Problem, str], list[Verdict]]

METHOD = "class Solution:\n    def pairs(self, words: List[str]) -> List[int]:\n        "


def row(pairs: object, **columns: Any) -> dict[str, Any]:
    return {
        "problem_id": 903,
        "question": "Add the two numbers.\n",
        "solutions": json.dumps(["a, b = map(int, input().split())\nprint(a + b)", "print(3)"]),
        "input_output": json.dumps(pairs),
        "difficulty": "interview",
        "url": "https://example.com/p",
        "starter_code": "",
        **columns,
    }


def read(pairs: object, **columns: Any) -> ReadRow:
    return read_row(row(pairs, **columns), "row")


def calls(name: str, inputs: list[Any], outputs: list[Any]) -> dict[str, Any]:
    return {"fn_name": name, "inputs": inputs, "outputs": outputs}


def test_a_program_that_reads_has_its_tests_as_they_are(verdicts: Verdicts) -> None:
    found = read({"inputs": ["1 2\n", ["3 4", "5"]], "outputs": ["3\n", ["7", ""]]})
    assert found.problem.tests == (TestCase("1 2\n", "3\n", None), TestCase("3 4\n5", "7\n", None))
    assert found.problem.id == "903"
    assert found.problem.statement == (
        "Add the two numbers.\n\n"
        "Read the input from standard input and write the answer to standard output."
    )
    assert verdicts(found.problem, found.problem.reference or "") == [Verdict.ACCEPTED] * 2


def test_decimals_are_taken_to_a_tolerance() -> None:
    outputs = ["0.5\n", "1", "v1.0.2", "1 -2.25 yes"]
    found = read({"inputs": ["1"] * 4, "outputs": outputs})
    assert [test.checker for test in found.problem.tests] == ["float", None, None, "float"]


def test_a_named_function_is_called(verdicts: Verdicts) -> None:
    solutions = json.dumps(["def add(a, b):\n    return a + b"])
    pairs = calls("add", [[1, 2], ["a", "b"]], [[3], ["ab"]])
    found = read(pairs, solutions=solutions, starter_code="\ndef add(a, b):\n\t")
    assert found.problem.tests == (
        TestCase("add(1, 2)", "3", None, TestKind.FUNCTION_CALL),
        TestCase("add('a', 'b')", "'ab'", None, TestKind.FUNCTION_CALL),
    )
    assert found.problem.statement == (
        "Add the two numbers.\n\n"
        "Write a function named `add`; it returns the answer.\n\n"
        "Begin with this code, and import whatever it uses:\n\n"
        "```python\ndef add(a, b):\n```"
    )
    assert verdicts(found.problem, found.problem.reference or "") == [Verdict.ACCEPTED] * 2


def test_a_method_is_called_on_its_class_with_the_imports_it_relies_on(verdicts: Verdicts) -> None:
    solutions = json.dumps([f"{METHOD}return [n for _, n in sorted(Counter(words).items())]"])
    pairs = calls("pairs", [[["b", "a", "b"]], [[]], [["c"]]], [[1, 2], [], [1]])
    found = read(pairs, solutions=solutions, starter_code=METHOD)
    assert [(test.stdin, test.expected) for test in found.problem.tests] == [
        ("Solution().pairs(['b', 'a', 'b'])", "[1, 2]"),
        ("Solution().pairs([])", "[]"),
        ("Solution().pairs(['c'])", "[1]"),
    ]
    assert "Write a method named `pairs` of a class named `Solution`" in found.problem.statement
    reference = found.problem.reference or ""
    assert reference.startswith("from collections import Counter\nfrom typing import List\n\n\n")
    assert verdicts(found.problem, reference) == [Verdict.ACCEPTED] * 3


def test_a_solution_says_what_starter_code_leaves_open() -> None:
    solutions = json.dumps([f"{METHOD}return []"])
    found = read(calls("pairs", [[[]]], [[]]), solutions=solutions)
    assert [test.stdin for test in found.problem.tests] == ["Solution().pairs([])"]
    bare = "class Solution: pass\n"
    found = read(calls("pairs", [[1]], [1]), solutions="", starter_code="def pairs(a):\n" + bare)
    assert [test.stdin for test in found.problem.tests] == ["Solution().pairs(1)"]


def test_outputs_are_unwrapped_where_all_of_a_row_are_wrapped() -> None:
    def expected(*outputs: object) -> list[str]:
        problem = read(calls("f", [[0]] * len(outputs), list(outputs))).problem
        return [test.expected for test in problem.tests]

    assert expected([1], [[2]]) == ["1", "[2]"]
    assert expected([1], [2, 3]) == ["[1]", "[2, 3]"]
    assert expected(1, [2]) == ["1", "[2]"]


def test_keys_that_were_numbers_are_numbers_again() -> None:
    pairs = calls("f", [[{"1": 2, "-3": 4}], [{"a": 1}]], [[{"5": "x"}], [{}]])
    assert [(test.stdin, test.expected) for test in read(pairs).problem.tests] == [
        ("{**f({1: 2, -3: 4})}", "{5: 'x'}"),
        ("{**f({'a': 1})}", "{}"),
    ]


def test_tests_without_a_call_or_a_partner_are_listed() -> None:
    pairs = calls("f", ["x", [float("nan")], [1], [2]], [1, 2, 3])
    found = read(pairs)
    assert [test.stdin for test in found.problem.tests] == ["f(1)"]
    assert found.left_out == (
        "test 3: an input or an output alone",
        "test 0: its arguments are no list",
        "test 1: nan has no literal",
    )


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "903"),
        ({"problem_id": 0}, "0"),
        ({"problem_id": None, "id": 4}, "4"),
        ({"problem_id": None}, "https://example.com/p"),
        ({"problem_id": None, "url": None, "name": "P"}, "P"),
        # printf 'Add the two numbers.\n' | sha256sum
        ({"problem_id": None, "url": ""}, "be73772115a9ec65"),
    ],
)
def test_a_row_has_the_best_id_that_there_is(columns: dict[str, Any], expected: str) -> None:
    assert read({"inputs": ["1"], "outputs": ["1"]}, **columns).problem.id == expected


@pytest.mark.parametrize("solutions", ["", "[]", None])
def test_a_row_without_solutions_has_no_reference(solutions: str | None) -> None:
    pairs = {"inputs": ["1"], "outputs": ["1"]}
    assert read(pairs, solutions=solutions).problem.reference is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "input_output is empty"),
        (None, "input_output is empty"),
        ('{"inputs": [], "outputs": []}', "the row has no tests"),
        ('{"inputs": ["1"], "outputs": []}', "test 0: an input or an output alone"),
        ('{"inputs": [' + "9" * 5000 + '], "outputs": [1]}', "Exceeds the limit"),
    ],
)
def test_a_row_without_tests_is_unusable(text: str | None, reason: str) -> None:
    with pytest.raises(Unusable, match=f"^row: no test that can be judged outside; {reason}"):
        read({}, input_output=text)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"input_output": "{"}, "input_output: Value error, not JSON, Expecting"),
        ({"input_output": "{}"}, "input_output.inputs: missing; every row needs it"),
        ({"solutions": "[1]"}, "solutions.0: Input should be a valid string"),
        ({"question": ""}, "question: empty; every row needs one"),
    ],
)
def test_a_broken_row_is_one_line(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        read({"inputs": ["1"], "outputs": ["1"]}, **columns)
    assert str(caught.value).startswith(f"row: {message}")
    assert not isinstance(caught.value, Unusable)
