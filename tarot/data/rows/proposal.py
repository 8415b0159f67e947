"""What to name the columns of a row, for a message; nothing is read by it."""

from collections.abc import Mapping
from typing import Any

from tarot.data.rows.paths import structured

_USUAL = {
    "id": ("task_id", "problem_id", "question_id", "uid", "slug", "name", "task"),
    "statement": (
        *("question", "prompt", "problem", "description", "problem_statement", "instruction"),
        *("query", "text", "content"),
    ),
    "tests": ("test_cases", "testcases", "cases", "unit_tests", "examples", "test", "input_output"),
    "reference": (
        *("solution", "reference_solution", "canonical_solution", "gold_standard_solution"),
        *("code", "answer"),
    ),
}
_USUAL_OF_A_TEST = {
    "stdin": ("input", "inputs", "in"),
    "expected": ("output", "outputs", "expected_output", "out", "answer"),
    "tier": ("level", "difficulty", "label", "category"),
}


def advice(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What a row has, and the setting that would name its columns; empty for an empty row."""
    if not row:
        return ""
    proposed = {**names, **_found(_USUAL, row, names)}
    tests = structured(row.get(proposed.get("tests", "tests")))
    test = tests[0] if isinstance(tests, list) and tests else tests
    inner = row if test is None else test
    if isinstance(inner, Mapping):
        proposed |= _found(_USUAL_OF_A_TEST, inner, names)
    has = f"; the row has {', '.join(row)}"
    if not proposed:
        return f"{has}: name the column that it is by data.columns"
    listed = ", ".join(f"{name}: {_quoted(column)}" for name, column in proposed.items())
    return f"{has}: say which is which, as 'data.columns={{{listed}}}'"


def _found(
    usual: Mapping[str, tuple[str, ...]], row: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, str]:
    """For each name that the row lacks the first column that usually stands for it."""
    taken = set(names.values())
    found = {
        name: next((one for one in candidates if one in row and one not in taken), "")
        for name, candidates in usual.items()
        if name not in row and name not in names
    }
    return {name: column for name, column in found.items() if column}


def _quoted(column: str) -> str:
    return column if column.replace(".", "_").isidentifier() else f'"{column}"'
