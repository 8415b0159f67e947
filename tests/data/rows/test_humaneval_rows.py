"""Rows with the columns of HumanEval and HumanEval+."""

from collections.abc import Callable
from typing import Any

import pytest

from tarot.data.rows import ReadRow, Unusable, read_row
from tarot.types import Problem, UserError, Verdict

Verdicts = Callable[[Problem, str], list[Verdict]]

PROMPT = '''from typing import List


def halves(numbers: List[float]) -> List[float]:
    """ The half of each number.
    >>> halves([2.0])
    [1.0]
    """
'''
TEST = """

METADATA = {
    'author': 'me',
    'dataset': 'test'
}


def check(candidate):
    # Check some simple cases
    assert candidate([2.0, 5.0]) == [1.0, 2.5], "simple"
    assert candidate([]) == []
    assert True, "This prints if this assert fails 1"
    assert tuple(candidate([4])) == tuple(halves([4]))
    import random
    for _ in range(100):
        x = random.random()
        assert candidate([x]) == [x / 2]
    assert abs(candidate([1])[0] - 0.5) < 1e-6
    assert abs(sum(candidate([1.0, 3.0])) - 2.0) < 1e-6
"""
PLUS = """
import numpy as np

def is_floats(x) -> bool:
    return isinstance(x, float)

def assertion(out, exp, atol):
    assert out == exp

def check(candidate):
    inputs = [[[2.0]], [[]], [[0.1, 0.2]]]
    results = [[1.0], [], [0.05, 0.1]]
    for i, (inp, exp) in enumerate(zip(inputs, results)):
        assertion(candidate(*inp), exp, 0)
"""


def row(**columns: Any) -> dict[str, Any]:
    return {
        "task_id": "HumanEval/900",
        "prompt": PROMPT,
        "canonical_solution": "    return [number / 2 for number in numbers]\n",
        "test": TEST,
        "entry_point": "halves",
        **columns,
    }


def read(**columns: Any) -> ReadRow:
    return read_row(row(**columns), "row")


def test_a_row_becomes_a_function_to_complete() -> None:
    problem = read().problem
    assert problem.id == "HumanEval/900"
    assert problem.statement == f"Complete this function:\n\n```python\n{PROMPT.strip()}\n```"
    assert problem.reference == f"{PROMPT}    return [number / 2 for number in numbers]\n"
    assert [(test.stdin, test.expected, test.checker) for test in problem.tests] == [
        ("halves([2.0, 5.0])", "[1.0, 2.5]", None),
        ("halves([])", "[]", None),
        ("sum(halves([1.0, 3.0]))", "2.0", "float"),
    ]


def test_what_is_left_out_is_said_test_by_test() -> None:
    assert read().left_out == (
        "assert tuple(candidate([4])) == tuple(halves([4])): halves([4]) is no literal",
        *["assert candidate([x]) == [x / 2]: x is no literal"] * 100,
        "assert abs(candidate([1])[0] - 0.5) < 1e-06: "
        "candidate([1])[0] is no call of halves with literals",
    )


def test_the_reference_passes_and_a_wrong_function_does_not(verdicts: Verdicts) -> None:
    for problem in (read().problem, read(test=PLUS).problem):
        assert verdicts(problem, problem.reference or "") == [Verdict.ACCEPTED] * 3
    quarters = "def halves(numbers): return [number / 4 for number in numbers]"
    wrong, right = Verdict.WRONG_ANSWER, Verdict.ACCEPTED
    assert verdicts(read().problem, quarters) == [wrong, right, wrong]


def test_the_longer_suite_takes_floats_to_a_tolerance(verdicts: Verdicts) -> None:
    problem = read(test=PLUS).problem
    assert [test.checker for test in problem.tests] == ["float"] * 3
    nearly = "def halves(numbers): return [number / 2 + 1e-9 for number in numbers]"
    assert verdicts(problem, nearly) == [Verdict.ACCEPTED] * 3


def test_a_row_without_a_solution_has_no_reference() -> None:
    assert read(canonical_solution="").problem.reference is None
    assert read(canonical_solution=None).problem.reference is None


def test_a_row_of_which_nothing_can_be_rewritten_is_unusable() -> None:
    test = "def check(candidate):\n    assert candidate([1]) == halves([1])\n    check(candidate)\n"
    with pytest.raises(Unusable) as caught:
        read(test=test)
    first = "assert candidate([1]) == halves([1]): halves([1]) is no literal"
    assert str(caught.value) == f"row: no test that can be judged outside; {first}"
    assert len(caught.value.left_out) == 2


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"test": "def chek(candidate): pass"}, "test: no function `check`; it is what holds"),
        ({"test": "def check(candidate:\n"}, "test: not Python, line 1: "),
        ({"prompt": ""}, "prompt: empty; every row needs one"),
        ({"task_id": 3}, "task_id: Input should be a valid string"),
        ({"prompt": None}, "prompt: Input should be a valid string"),
    ],
)
def test_a_broken_row_is_one_line(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        read(**columns)
    assert str(caught.value).startswith(f"row: {message}")
    assert not isinstance(caught.value, Unusable)
