"""Rows under other names, and suites in the forms that people keep them in."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tarot.data.rows import Columns, read_row
from tarot.types import Problem, TestCase, TestKind, Tier, UserError

TESTS = (TestCase("1", "2", Tier.BASIC), TestCase("-1", "0", Tier.EDGE))
NAMES = {"id": "task", "statement": "ask", "tests": "cases", "stdin": "in", "expected": "out"}
LEVELS = {**NAMES, "tier": "level"}
CASES = [{"in": "1", "out": 2, "level": "easy"}, {"in": -1, "out": "0", "level": "edge"}]
COLUMNS_OF_CASES = {"in": ["1", "-1"], "out": [2, 0], "level": ["easy", "edge"]}

TESTS_OF_OURS = {"stdin": "1", "expected": "2"}
BY_PLACE = {"stdin": "0", "expected": "1", "tier": "2"}
NESTED = [
    {"io": {"in": [case["in"]], "out": case["out"]}, "level": case["level"]} for case in CASES
]


def read(rows: Sequence[object], names: Mapping[str, str], **tiers: str) -> list[Problem | str]:
    """Each problem, or what is wrong with its row."""
    placed = ((f"rows:{number}", row) for number, row in enumerate(rows, start=1))
    found: list[Problem | str] = []
    for place, row in Columns(names, tiers).named(placed):
        try:
            found.append(read_row(row, place).problem)
        except UserError as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize(
    ("suite", "names"),
    [
        (CASES, LEVELS),
        (json.dumps(CASES), LEVELS),
        (repr(CASES), LEVELS),
        ([json.dumps(case) for case in CASES], LEVELS),
        ([["1", 2, "easy"], [-1, 0, "edge"]], {**NAMES, **BY_PLACE}),
        (COLUMNS_OF_CASES, LEVELS),
        ({"easy": [{"in": 1, "out": 2}], "edge": {"in": ["-1"], "out": [0]}, "high": None}, NAMES),
        (NESTED, {**LEVELS, "stdin": "io.in", "expected": "io.out"}),
    ],
    ids=["objects", "JSON", "Python", "texts", "lists", "columns", "by tier", "nested"],
)  # fmt: skip
def test_a_suite_is_read_in_every_form(suite: object, names: Mapping[str, str]) -> None:
    row = {"task": 7, "ask": "Add one.", "cases": suite, "source": "mine"}
    assert read([row], names, easy="basic") == [Problem("7", "Add one.", TESTS)]


def test_a_suite_that_has_our_name_needs_no_other() -> None:
    """Also where rows without one are tests themselves, as `expected` is named."""
    row = {"task": 7, "ask": "Add one.", "tests": CASES}
    names = {name: column for name, column in LEVELS.items() if name != "tests"}
    assert read([row], names, easy="basic") == [Problem("7", "Add one.", TESTS)]


def test_a_suite_whose_tests_have_other_names_is_told_how_to_name_them() -> None:
    row = {"id": "a", "statement": "Add.", "tests": [{"input": "1", "output": "2", "level": 1}]}
    (fault,) = read([row], {})
    assert fault == (
        "rows:1: tests.0.stdin: missing; every row needs it; the row has id, statement, tests: say "
        "which is which, as 'data.columns={stdin: input, expected: output, tier: level}'"
    )


def test_a_path_leads_into_lists_objects_and_text_and_a_dotted_name_comes_first() -> None:
    row = {
        "meta": json.dumps({"name": "a", "cases": CASES}),
        "solutions": ["```python\nprint(1)\n```", "x"],
        "ask.en": "Add one.",
    }
    names = {**LEVELS, "id": "meta.name", "tests": "meta.cases", "statement": "ask.en"}
    (found,) = read([row], {**names, "reference": "solutions.0"}, easy="basic")
    assert found == Problem("a", "Add one.", TESTS, "print(1)")


def test_what_is_not_named_keeps_its_name_and_an_id_is_made_of_the_statement() -> None:
    tests = [{"stdin": "1", "expected": "2", "tier": "basic", "checker": "float"}]
    rows = [{"prompt": "Add one.", "tests": tests, "reference": ""}] * 2
    first, second = read(rows, {"statement": "prompt"})
    assert first == second
    assert isinstance(first, Problem)
    assert (len(first.id), first.reference, first.tests[0].checker) == (16, None, "float")


def test_rows_that_are_tests_make_a_problem_of_each_id() -> None:
    rows = [
        {"task": "a", "ask": "Add one.", "in": "1", "out": "2", "level": "easy"},
        {"task": "b", "ask": "Echo.", "out": "x"},
        {"task": "a", "in": "-1", "out": "0", "level": "edge"},
        {"task": "b", "ask": "Shout.", "out": "X"},
        {"task": "c", "out": "x"},
        {"task": "b", "ask": "Echo."},
    ]
    names = {name: LEVELS[name] for name in LEVELS if name != "tests"}
    assert read(rows, names, easy="basic") == [
        "rows:4: statement: another one than b has at rows:2",
        "rows:5: statement: missing; the first row of each id needs it",
        "rows:6: tests.0.expected: missing; no 'out'",
        Problem("a", "Add one.", TESTS),
        Problem("b", "Echo.", (TestCase("", "x", None),)),
    ]


@pytest.mark.parametrize(
    ("solution", "arguments", "call"),
    [
        ("def add(a, b): ...", [1, [2]], "add(1, [2])"),
        ("def add(a, b): ...", {"a": 1, "b": [2]}, "add(a=1, b=[2])"),
        ("def add(a, b): ...", 1, "add(1)"),
        ("class Solution:\n    def add(self, a, b): ...", "[1, [2]]", "Solution().add(1, [2])"),
    ],
)
def test_tests_of_a_function_become_its_calls(solution: str, arguments: object, call: str) -> None:
    row = {"ask": "Add.", "fn": "add", "cases": [{"in": arguments, "out": [3]}], "code": solution}
    (found,) = read([row], {**NAMES, "function": "fn", "reference": "code"})
    assert isinstance(found, Problem)
    assert found.tests == (TestCase(call, "[3]", None, TestKind.FUNCTION_CALL),)
    assert "named `add`" in found.statement


def test_labels_alone_leave_rows_of_another_shape_as_they_are() -> None:
    own = {"id": "a", "statement": "Add one.", "tests": [dict(TESTS_OF_OURS, tier="easy")]}
    other = {"task_id": 1, "text": "Add.", "test_list": ["assert add(1, 2) == 3"]}
    first, second = read([own, other], {}, easy="basic")
    assert first == Problem("a", "Add one.", TESTS[:1])
    assert isinstance(second, Problem)
    assert second.tests[0].stdin == "add(1, 2)"


def test_an_input_is_never_taken_for_none_by_oversight() -> None:
    row = {"ask": "Add one.", "cases": CASES}
    (fault,) = read([row], {"statement": "ask", "tests": "cases", "expected": "out"})
    assert fault == "rows:1: tests.0.stdin: missing; name its column by data.columns.stdin"


def test_names_of_another_shape_are_read_as_that() -> None:
    row = {"n": 1, "ask": "Add.", "checks": ["assert add(1, 2) == 3"]}
    (found,) = read([row], {"task_id": "n", "text": "ask", "test_list": "checks"})
    assert isinstance(found, Problem)
    assert found.tests == (TestCase("add(1, 2)", "3", None, TestKind.FUNCTION_CALL),)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"ask": None}, "statement: missing; nothing at 'ask' in a row of task, ask, cases"),
        ({"cases": []}, "tests: a suite without tests; give at least one or leave the row out"),
        ({"cases": "1 2"}, "tests: '1 2'; a suite is a list of tests"),
        ({"cases": [{"in": 1}]}, "tests.0.expected: missing; no 'out'"),
        ({"cases": [{"in": 1, "out": [[1]]}]}, "tests.0.expected: [[1]]; give it as text, or name"),
        ({"cases": ["assert f(1) == 2"]}, "tests.0: 'assert f(1) == 2'; a test is an object, or"),
        ({"cases": {"in": [1], "out": [1, 2]}}, "tests: lists side by side of different lengths:"),
        (
            {"cases": [{"in": 1, "out": 2, "level": "odd"}]},
            "tests.0.tier: 'odd'; Input should be 'basic', 'intermediate', 'complex' or 'edge', "
            "or say which tier that is, as 'data.tiers={odd: basic}'",
        ),
    ],
)
def test_a_fault_names_its_place_and_the_next_row_is_read(
    changes: dict[str, Any], fault: str
) -> None:
    row = {"task": "a", "ask": "Add one.", "cases": CASES}
    first, second = read([{**row, **changes}, row], LEVELS, easy="basic")
    assert str(first).startswith(f"rows:1: {fault}")
    assert second == Problem("a", "Add one.", TESTS)


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ({"statment": "ask"}, "data.columns.statment: no such name; did you mean statement?"),
        ({"statement": "a", "test_list": "b"}, "data.columns: statement, test_list are of diff"),
    ],
)
def test_names_that_no_shape_has_are_refused(names: dict[str, str], line: str) -> None:
    with pytest.raises(UserError) as caught:
        Columns(names, {}).check()
    assert str(caught.value).startswith(line)


def test_a_row_of_no_known_shape_proposes_the_names() -> None:
    row = {"slug": "a", "question": "Add.", "cases": [{"input": 1, "output": 2}], "my code": "x"}
    (fault,) = read([row], {})
    assert fault == (
        "rows:1: id: missing; every row needs it; the row has slug, question, cases, my code: say "
        "which is which, as 'data.columns={id: slug, statement: question, tests: cases, "
        "stdin: input, expected: output}'"
    )
    proposed = {"id": "slug", "statement": "question", "tests": "cases"}
    (found,) = read([row], {**proposed, "stdin": "input", "expected": "output"})
    assert found == Problem("a", "Add.", (TestCase("1", "2", None),))
