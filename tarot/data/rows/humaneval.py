"""HumanEval and HumanEval+: a function to complete, and `def check(candidate)` full of assertions.

Columns: task_id, prompt, canonical_solution, test, entry_point.
"""

import ast

from pydantic import BaseModel, Field

from tarot.data.rows.result import ReadRow, with_tests
from tarot.data.rows.suite import Suite, parsed
from tarot.types import Problem, UserError


class HumanEvalRow(BaseModel):
    """A row whose solution begins where the prompt ends."""

    task_id: str = Field(min_length=1)
    prompt: str = Field(min_length=1)
    canonical_solution: str | None = None
    test: str
    entry_point: str = Field(min_length=1)

    def read(self) -> ReadRow:
        """The problem, with a test for each assertion about a call with literals."""
        others, check = _taken_apart(self.test)
        suite = Suite(self.entry_point, check.args.args[0].arg if check.args.args else None)
        suite.read([*others, *check.body])
        statement = f"Complete this function:\n\n```python\n{self.prompt.strip()}\n```"
        reference = self.prompt + self.canonical_solution if self.canonical_solution else None
        problem = Problem(self.task_id, statement, tuple(suite.tests), reference)
        return with_tests(problem, suite.left_out)


def _taken_apart(source: str) -> tuple[list[ast.stmt], ast.FunctionDef]:
    """What stands before the function `check`, and `check`; raises UserError without it."""
    try:
        statements = parsed(source)
    except ValueError as error:
        raise UserError(f"test: {error}") from None
    for place, statement in enumerate(statements):
        if isinstance(statement, ast.FunctionDef) and statement.name == "check":
            return statements[:place], statement
    raise UserError("test: no function `check`; it is what holds the assertions")
