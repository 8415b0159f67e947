"""MBPP, its sanitized form and MBPP+: a task in one sentence, and assertions about a function.

Columns: task_id; text, or prompt; code; test_list, challenge_test_list; test_setup_code,
test_imports; and of MBPP+ test, a longer suite.
"""

import ast
import builtins
from collections.abc import Sequence

from pydantic import AliasChoices, BaseModel, Field

from tarot.data.rows.result import ReadRow, Unusable, with_tests
from tarot.data.rows.suite import Suite, parsed
from tarot.types import Problem


class MbppRow(BaseModel):
    """A row whose statement does not name the function; its assertions do."""

    task_id: str | int
    text: str = Field(min_length=1, validation_alias=AliasChoices("text", "prompt"))
    code: str | None = None
    test_list: list[str]
    challenge_test_list: list[str] = []
    test_setup_code: str | None = None
    test: str | None = None

    def read(self) -> ReadRow:
        """The problem, with a test for each assertion about a call with literals."""
        calls = _calls([*self.test_list, *self.challenge_test_list])
        function = _function(calls, self.code or "")
        tests = [*self.test_list, *self.challenge_test_list]
        suite, left_out = self._suite(function, [self.test] if self.test else tests)
        if not suite.tests:
            suite, left_out = self._suite(function, tests)
        text = "\n".join(line for line in self.text.splitlines() if not _is_assertion(line))
        problem = Problem(
            id=f"mbpp/{self.task_id}",
            statement=f"{text.strip()}\n\n{_signature(function, calls)}",
            tests=tuple(suite.tests),
            reference=(self.code or "").replace("\r\n", "\n") or None,
        )
        return with_tests(problem, [*left_out, *suite.left_out])

    def _suite(self, function: str, tests: Sequence[str]) -> tuple[Suite, list[str]]:
        """What the row sets up and its tests, and lines on what is no Python of it."""
        suite, left_out = Suite(function), []
        for source in (self.test_setup_code or "", *tests):
            try:
                suite.read(parsed(source))
            except ValueError as error:
                left_out.append(f"{source[:70]}: {error}")
        return suite, left_out


def _is_assertion(line: str) -> bool:
    return line.lstrip().startswith("assert ")


def _calls(tests: Sequence[str]) -> list[ast.Call]:
    """The calls of functions by name, those of one assertion from the outside in."""
    found: list[ast.Call] = []
    for source in tests:
        try:
            nodes = [node for statement in parsed(source) for node in ast.walk(statement)]
        except ValueError:
            continue
        found += [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    return found


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _function(calls: Sequence[ast.Call], code: str) -> str:
    """The function that the tests are about: one that the code defines, or else no builtin."""
    try:
        defined = {one.name for one in parsed(code) if isinstance(one, ast.FunctionDef)}
    except ValueError:
        defined = set()
    names = [_name(call) for call in calls]
    for name in names:
        if name in defined:
            return name
    for name in names:
        if not hasattr(builtins, name):
            return name
    raise Unusable("no test that can be judged outside; no assertion calls a function by name")


def _signature(function: str, calls: Sequence[ast.Call]) -> str:
    numbers = sorted({len(one.args) + len(one.keywords) for one in calls if _name(one) == function})
    several = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
    plural = "" if several == "1" else "s"
    return f"Write a function named `{function}` that takes {several} argument{plural}."
