"""APPS and TACO: contest problems whose inputs and outputs stand in one text of JSON.

Columns: problem_id, id, url or name; question; solutions, a JSON list; input_output, JSON with
inputs, outputs and perhaps fn_name; starter_code.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from tarot.data.rows.calls import READS_STDIN, Function, statement_of
from tarot.data.rows.columns import decoded
from tarot.data.rows.imports import with_imports
from tarot.data.rows.literals import NotLiteral
from tarot.data.rows.result import ReadRow, Unusable, with_tests
from tarot.types import Problem, TestCase

_DECIMAL = re.compile(r"(?:^|\s)[+-]?\d+\.\d+(?:\s|$)")


def _unless_blank(value: object) -> object:
    return None if value is None or value == "" else decoded(value)


_JsonOrBlank = BeforeValidator(_unless_blank)


class _InputOutput(BaseModel):
    inputs: list[Any]
    outputs: list[Any]
    fn_name: str | None = None

    def unpaired(self) -> list[str]:
        """A line for each test that lacks one of the two."""
        numbers = sorted((len(self.inputs), len(self.outputs)))
        return [f"test {number}: an input or an output alone" for number in range(*numbers)]


class AppsRow(BaseModel):
    """A row of either data set; TACO has no ids, so that there the address stands for one."""

    problem_id: str | int | None = None
    id: str | int | None = None
    url: str | None = None
    name: str | None = None
    question: str = Field(min_length=1)
    solutions: Annotated[list[str] | None, _JsonOrBlank] = None
    input_output: Annotated[_InputOutput | None, _JsonOrBlank]
    starter_code: str | None = None

    def read(self) -> ReadRow:
        """The problem, with its first solution as the reference."""
        if self.input_output is None:
            raise Unusable("no test that can be judged outside; input_output is empty")
        starter_code = self.starter_code or ""
        solution = self.solutions[0] if self.solutions else None
        name = self.input_output.fn_name
        if name is None:
            tests, left_out = _stdin_tests(self.input_output)
            task, reference = READS_STDIN, solution
        else:
            function = Function.in_sources(name, starter_code, solution or "")
            tests, left_out = _call_tests(self.input_output, function)
            task, reference = function.task, solution and with_imports(solution)
        statement = statement_of(self.question, task, starter_code)
        problem = Problem(self._id(), statement, tuple(tests), reference or None)
        return with_tests(problem, left_out)

    def _id(self) -> str:
        for known in (self.problem_id, self.id, self.url, self.name):
            if known not in (None, ""):
                return str(known)
        return hashlib.sha256(self.question.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _stdin_tests(pairs: _InputOutput) -> tuple[list[TestCase], list[str]]:
    tests = [
        TestCase(_text(one), _text(other), None, checker=_checker(_text(other)))
        for one, other in zip(pairs.inputs, pairs.outputs, strict=False)
    ]
    return tests, pairs.unpaired()


def _text(lines: object) -> str:
    """A text that may be given as the list of its lines."""
    return "\n".join(map(str, lines)) if isinstance(lines, list) else str(lines)


def _checker(expected: str) -> str | None:
    """Outputs with decimals are taken to a tolerance, as the data sets' own harness does."""
    return "float" if _DECIMAL.search(expected) else None


def _call_tests(pairs: _InputOutput, function: Function) -> tuple[list[TestCase], list[str]]:
    tests, left_out = [], pairs.unpaired()
    outputs = _unwrapped(pairs.outputs)
    for number, (arguments, expected) in enumerate(zip(pairs.inputs, outputs, strict=False)):
        try:
            tests.append(_call_test(function, arguments, expected))
        except NotLiteral as error:
            left_out.append(f"test {number}: {error}")
    return tests, left_out


def _call_test(function: Function, arguments: object, expected: object) -> TestCase:
    if not isinstance(arguments, list):
        raise NotLiteral("its arguments are no list")
    return function.test([_with_numbers(one) for one in arguments], _with_numbers(expected))


def _unwrapped(outputs: Sequence[Any]) -> Sequence[Any]:
    """The values alone, where each is the one item of a list.

    The harness takes a value with and without such a list, test by test. What is wrapped is all
    of a row's outputs or none, so that a list of one item among others is itself the value.
    """
    if all(isinstance(output, list) and len(output) == 1 for output in outputs):
        return [output[0] for output in outputs]
    return outputs


def _with_numbers(value: object) -> object:
    """A dict with the integers as keys that JSON had made text, as the harness has it."""
    if isinstance(value, dict) and all(key.lstrip("-").isdecimal() for key in value):
        return {int(key): item for key, item in value.items()}
    return value
