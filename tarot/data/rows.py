"""Rows of data read as problems: the published schema and our own."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tarot.types import Problem, TestCase, TestKind, Tier, UserError

_LABELS = {"medium": Tier.INTERMEDIATE, "high": Tier.COMPLEX, "null": None, None: None}
_FAULTS = {
    "missing": "missing; every row needs it",
    "extra_forbidden": "no such column; leave it out or correct its name",
    "too_short": "a suite without tests; give at least one or leave the row out",
    "string_too_short": "empty; every row needs one",
    "string_unicode": "not valid Unicode; remove the lone surrogate",
}
_FENCED = re.compile(r"^```\w*[ \t]*\n(.*?)\n?^```\s*\Z", re.DOTALL | re.MULTILINE)


def problem_from_row(row: object, place: str) -> Problem:
    """The problem in a row of either schema; a row with `verification_info` is a published one.

    Raises UserError, which begins with `place` (a file and line, or a data set and row).
    """
    if not isinstance(row, Mapping):
        raise UserError(f"{place}: not a JSON object; a row is one object with its columns as keys")
    schema = _PublishedRow if "verification_info" in row else _Row
    try:
        return schema.model_validate(row).problem()
    except ValidationError as error:
        raise UserError(f"{place}: {_explain(error)}") from None


def row_from_problem(problem: Problem) -> dict[str, Any]:
    """A problem in our own schema, which is its fields."""
    return asdict(problem)


def _tier(label: object) -> object:
    if isinstance(label, str | None):
        return _LABELS.get(label, label)
    return label


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"not JSON, {error}") from None


_TierLabel = Annotated[Tier | None, BeforeValidator(_tier)]


class _Test(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stdin: str
    expected: str
    tier: _TierLabel
    kind: TestKind = TestKind.STDIN_STDOUT
    checker: str | None = None


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    tests: list[_Test] = Field(min_length=1)
    reference: str | None = None
    family: str | None = None

    def problem(self) -> Problem:
        tests = tuple(TestCase(**dict(test)) for test in self.tests)
        return Problem(self.id, self.statement, tests, self.reference, self.family)


class _PublishedTest(BaseModel):
    input: str
    output: str
    type: TestKind
    label: _TierLabel = None


class _VerificationInfo(BaseModel):
    test_cases: list[_PublishedTest] = Field(min_length=1)


class _PublishedRow(BaseModel):
    problem_id: str = Field(min_length=1)
    statement: str = Field(min_length=1, alias="problem")
    gold_standard_solution: str | None = None
    verification_info: Annotated[_VerificationInfo, BeforeValidator(_decoded)]

    def problem(self) -> Problem:
        tests = tuple(
            TestCase(test.input, test.output, test.label, test.type)
            for test in self.verification_info.test_cases
        )
        reference = _unfenced(self.gold_standard_solution or "")
        return Problem(self.problem_id, self.statement, tests, reference or None)


def _unfenced(solution: str) -> str:
    found = _FENCED.search(solution.strip())
    return found.group(1) if found else solution


def _explain(error: ValidationError) -> str:
    """The first fault, as `column.inner: what is wrong and what to do`."""
    first = error.errors()[0]
    fault = _FAULTS.get(first["type"], first["msg"])
    if first["type"] == "enum":
        fault = f"{first['input']!r}; {fault}"
    return f"{'.'.join(map(str, first['loc']))}: {fault}"
