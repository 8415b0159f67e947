"""Our own schema, which is the fields of a problem."""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tarot.data.rows.columns import Json, TierLabel
from tarot.data.rows.result import ReadRow
from tarot.types import Problem, TestCase, TestKind


class _Test(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stdin: str
    expected: str
    tier: TierLabel
    kind: TestKind = TestKind.STDIN_STDOUT
    checker: str | None = None


class OwnRow(BaseModel):
    """A row as `row_from_problem` writes it; in a table its tests are the JSON of them."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    tests: Annotated[list[_Test], Field(min_length=1), Json]
    reference: str | None = None
    family: str | None = None

    def read(self) -> ReadRow:
        """The problem, with every test."""
        tests = tuple(TestCase(**dict(test)) for test in self.tests)
        return ReadRow(Problem(self.id, self.statement, tests, self.reference, self.family))


def row_from_problem(problem: Problem) -> dict[str, Any]:
    """A problem in our own schema; how its tiers count is a setting of a source, and stays out."""
    row = asdict(problem)
    del row["within_tier"]
    return row
