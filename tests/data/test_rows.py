"""Rows of the published schema and of ours, right and wrong ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from tarot.data.rows import problem_from_row, row_from_problem
from tarot.types import Problem, TestCase, TestKind, Tier, UserError


def _published(**columns: Any) -> dict[str, Any]:
    labels = [None, "basic", "medium", "high", "edge", "null"]
    tests = [
        {"input": f"{i}\n", "output": f"{i}", "type": "stdin_stdout", "label": label, "reason": ""}
        for i, label in enumerate(labels)
    ]
    return {
        "source": "taco",
        "problem_id": "vfc_1",
        "problem": "Echo it.\n\nNow solve the problem and return the code.",
        "gold_standard_solution": "```python\nprint(input())\n```",
        "verification_info": {"language": "python", "test_cases": tests},
        **columns,
    }


def _own(**columns: Any) -> dict[str, Any]:
    tests = [{"stdin": "1\n", "expected": "1\n", "tier": "basic"}]
    return {"id": "a", "statement": "Echo it.", "tests": tests, **columns}


def _with_test(**keys: Any) -> dict[str, Any]:
    test = {"input": "1", "output": "1", "type": "stdin_stdout", "label": "basic"}
    return _published(verification_info={"test_cases": [{**test, **keys}]})


def _without(row: dict[str, Any], column: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != column}


def test_the_eight_real_rows_have_one_test_a_tier_and_an_unlabelled_one(shared: Path) -> None:
    lines = (shared / "tarot" / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    problems = [problem_from_row(json.loads(line), "sample") for line in lines]
    assert len(problems) == 8
    assert sum(len(problem.tests) for problem in problems) == 40
    for problem in problems:
        assert [test.tier for test in problem.tests] == [None, *Tier]
        assert all(test.kind is TestKind.STDIN_STDOUT for test in problem.tests)
        assert problem.reference is not None
        assert "```" not in problem.reference
        compile(problem.reference, problem.id, "exec")


def test_real_statements_keep_their_closing_sentence(shared: Path) -> None:
    first = (shared / "tarot" / "sample.jsonl").read_text(encoding="utf-8").splitlines()[0]
    problem = problem_from_row(json.loads(first), "sample")
    assert problem.id == "vfc_81089"
    assert problem.statement.endswith("Now solve the problem by providing the code.")
    assert problem.tests[0] == TestCase("4940\n5000\n", "4940\n", None)


def test_published_labels_become_tiers() -> None:
    tiers = [test.tier for test in problem_from_row(_published(), "row").tests]
    assert tiers == [None, Tier.BASIC, Tier.INTERMEDIATE, Tier.COMPLEX, Tier.EDGE, None]


def test_verification_info_may_be_a_json_string() -> None:
    info = json.dumps(_published()["verification_info"])
    as_string = problem_from_row(_published(verification_info=info), "row")
    assert as_string == problem_from_row(_published(), "row")


@pytest.mark.parametrize(
    ("solution", "reference"),
    [
        ("```python\nprint(1)\n```", "print(1)"),
        ("```py\nprint(1)\n\n```\n", "print(1)\n"),
        ("```\nprint('```')\n```", "print('```')"),
        ("print(1)\n", "print(1)\n"),
        ("```python\nprint(1)", "```python\nprint(1)"),
        ("", None),
        (None, None),
    ],
)
def test_references_are_taken_out_of_their_fence(
    solution: str | None, reference: str | None
) -> None:
    row = _published(gold_standard_solution=solution)
    assert problem_from_row(row, "row").reference == reference


def test_our_rows_say_what_the_published_ones_leave_out() -> None:
    tests = [
        {"stdin": "", "expected": "0", "tier": "high", "kind": "function_call", "checker": "set"},
        {"stdin": "", "expected": "0", "tier": None},
    ]
    assert problem_from_row(_own(tests=tests, reference="pass", family="f"), "row") == Problem(
        id="a",
        statement="Echo it.",
        tests=(
            TestCase("", "0", Tier.COMPLEX, TestKind.FUNCTION_CALL, "set"),
            TestCase("", "0", None),
        ),
        reference="pass",
        family="f",
    )


def test_a_problem_becomes_a_row_of_its_fields() -> None:
    problem = problem_from_row(_own(), "row")
    test = {"stdin": "1\n", "expected": "1\n", "tier": "basic", "kind": "stdin_stdout"}
    assert row_from_problem(problem) == {
        **_own(tests=[{**test, "checker": None}]),
        "reference": None,
        "family": None,
    } | {"tests": ({**test, "checker": None},)}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1], "not a JSON object; a row is one object with its columns as keys"),
        (_without(_published(), "problem"), "problem: missing; every row needs it"),
        (_without(_published(), "problem_id"), "problem_id: missing; every row needs it"),
        (
            _without(_own(), "tests"),
            "tests: missing; every row needs it; the row has id, statement: name the column that "
            "it is by data.columns",
        ),
        (_own(statement=""), "statement: empty; every row needs one"),
        (_own(statement="\ud800"), "statement: not valid Unicode; remove the lone surrogate"),
        (_own(id=7), "id: Input should be a valid string"),
        (_own(refernce="x"), "refernce: no such column; leave it out or correct its name"),
        (
            _own(tests=[]),
            "tests: a suite without tests; give at least one or leave the row out",
        ),
        (
            _published(verification_info={"test_cases": []}),
            "verification_info.test_cases: a suite without tests; "
            "give at least one or leave the row out",
        ),
        (
            _with_test(label="hard"),
            "verification_info.test_cases.0.label: 'hard'; "
            "Input should be 'basic', 'intermediate', 'complex' or 'edge'",
        ),
        (
            _with_test(type="pytest"),
            "verification_info.test_cases.0.type: 'pytest'; "
            "Input should be 'stdin_stdout' or 'function_call'",
        ),
        (
            _published(verification_info={}),
            "verification_info.test_cases: missing; every row needs it",
        ),
    ],
)
def test_a_wrong_row_is_refused_in_one_line(row: object, message: str) -> None:
    with pytest.raises(UserError) as caught:
        problem_from_row(row, "mine.jsonl:3")
    assert str(caught.value) == f"mine.jsonl:3: {message}"


def test_verification_info_that_is_not_json_is_refused() -> None:
    with pytest.raises(UserError, match=r"^mine:3: verification_info: .*not JSON, Expecting"):
        problem_from_row(_published(verification_info="{test_cases"), "mine:3")
