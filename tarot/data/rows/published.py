"""The published schema: four-tier suites under `verification_info`."""

from typing import Annotated

from pydantic import BaseModel, Field

from tarot.data.rows.columns import Json, TierLabel, unfenced
from tarot.data.rows.result import ReadRow
from tarot.types import Problem, TestCase, TestKind


class _Test(BaseModel):
    input: str
    output: str
    type: TestKind
    label: TierLabel = None


class _VerificationInfo(BaseModel):
    test_cases: list[_Test] = Field(min_length=1)


class PublishedRow(BaseModel):
    """A row whose suite is an object, or the JSON of one."""

    problem_id: str = Field(min_length=1)
    statement: str = Field(min_length=1, alias="problem")
    gold_standard_solution: str | None = None
    verification_info: Annotated[_VerificationInfo, Json]

    def read(self) -> ReadRow:
        """The problem, with every test."""
        tests = tuple(
            TestCase(test.input, test.output, test.label, test.type)
            for test in self.verification_info.test_cases
        )
        reference = unfenced(self.gold_standard_solution or "")
        return ReadRow(Problem(self.problem_id, self.statement, tests, reference or None))
