"""Rows are told apart by their columns, and those that cannot be used are counted."""

import logging
from typing import Any

import pytest

from tarot.data.rows import problem_from_row, problems_of_rows, read_row
from tarot.types import UserError

OWN = {"id": "a", "statement": "Echo.", "tests": [{"stdin": "", "expected": "", "tier": "edge"}]}
PUBLISHED = {
    "problem_id": "b",
    "problem": "Echo.",
    "verification_info": {"test_cases": [{"input": "", "output": "", "type": "stdin_stdout"}]},
}
HUMANEVAL = {
    "task_id": "c",
    "prompt": "def f(): ...",
    "test": "def check(g):\n    assert g() == 1\n    assert g() == g()",
    "entry_point": "f",
}
MBPP = {"task_id": "d", "text": "Add.", "code": "", "test_list": ["assert add(1) == 2"]}
APPS = {"id": "e", "question": "Echo.", "input_output": '{"inputs": ["1"], "outputs": ["1"]}'}
LIVE = {
    "question_id": "f",
    "question_content": "Echo.",
    "public_test_cases": [{"input": "1", "output": "1", "testtype": "stdin"}],
}
ALL = [OWN, PUBLISHED, HUMANEVAL, MBPP, APPS, LIVE]
UNUSABLE = {**HUMANEVAL, "test": "def check(g):\n    assert g() == g()\n    assert g() < 3"}


@pytest.mark.parametrize(
    ("row", "name"),
    list(zip(ALL, ["a", "b", "c", "mbpp/d", "e", "f"], strict=True)),
)
def test_a_row_is_known_by_its_columns_whatever_else_it_has(row: dict[str, Any], name: str) -> None:
    more = {} if row is OWN else {"difficulty": "easy", "date": None}
    found = read_row({**row, **more}, "row")
    assert found.problem.id == name
    assert len(found.problem.tests) == 1
    assert problem_from_row(row, "row") == found.problem


def test_rows_that_cannot_be_used_are_counted_in_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = [("x:1", OWN), ("x:2", UNUSABLE), ("x:3", HUMANEVAL), ("x:4", MBPP)]
    with caplog.at_level(logging.WARNING):
        found = list(problems_of_rows(rows))
    assert [(place, problem.id) for place, problem in found] == [
        ("x:1", "a"),
        ("x:3", "c"),
        ("x:4", "mbpp/d"),
    ]
    assert [record.getMessage() for record in caplog.records] == [
        "1 rows and 3 tests are left out, as they cannot be judged outside; the first: x:2: "
        "no test that can be judged outside; assert g() == g(): g() is no literal"
    ]


def test_rows_that_can_all_be_used_give_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert len(list(problems_of_rows([("x:1", OWN), ("x:2", LIVE)]))) == 2
    assert caplog.records == []


def test_a_faulty_row_among_unusable_ones_is_still_an_error() -> None:
    rows = [("x:1", UNUSABLE), ("x:2", {**APPS, "input_output": "{"})]
    with pytest.raises(UserError, match=r"^x:2: input_output: Value error, not JSON"):
        list(problems_of_rows(rows))
