"""LiveCodeBench: contest problems with public tests in JSON, and private ones that are packed.

Columns: question_title, question_content, question_id, starter_code, public_test_cases,
private_test_cases, metadata. Private tests are JSON too, or base64 of zlib of a pickle of JSON.
"""

import base64
import binascii
import io
import json
import pickle
import struct
import zlib
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from tarot.data.rows.calls import READS_STDIN, Function, statement_of
from tarot.data.rows.columns import Json, decoded
from tarot.data.rows.literals import NotLiteral
from tarot.data.rows.result import ReadRow, with_tests
from tarot.types import Problem, TestCase

_MAX_UNPACKED_BYTES = 1 << 30
# What the standard library raises for bytes that are no base64, no zlib or no pickle.
_NOT_PACKED = (
    *(binascii.Error, zlib.error, pickle.UnpicklingError, struct.error),
    *(ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, TypeError, ValueError),
)


class _TestType(StrEnum):
    STDIN = "stdin"
    FUNCTIONAL = "functional"


class _Test(BaseModel):
    input: str
    output: str
    testtype: _TestType


class _Metadata(BaseModel):
    func_name: str | None = None


class _PlainUnpickler(pickle.Unpickler):
    """Refuses every name, so that a stranger's pickle holds nothing but plain values."""

    def find_class(self, module: str, name: str) -> None:
        raise pickle.UnpicklingError(f"it names {module}.{name}")


def _unpacked(value: object) -> object:
    if not isinstance(value, str) or value.lstrip().startswith("["):
        return decoded(value)
    try:
        unpacking = zlib.decompressobj()
        packed = base64.b64decode(value, validate=True)
        pickled = unpacking.decompress(packed, _MAX_UNPACKED_BYTES)
        if not unpacking.eof:
            raise ValueError("it does not end where it should")
        return decoded(_PlainUnpickler(io.BytesIO(pickled)).load())
    except _NOT_PACKED as error:
        raise ValueError(f"neither JSON nor packed JSON, {error}") from None


class LiveCodeBenchRow(BaseModel):
    """A row whose tests are all of one type in practice; each is read by its own."""

    question_title: str = ""
    question_content: str = Field(min_length=1)
    question_id: str = Field(min_length=1)
    starter_code: str | None = None
    public_test_cases: Annotated[list[_Test], Json] = []
    private_test_cases: Annotated[list[_Test], BeforeValidator(_unpacked)] = []
    metadata: Annotated[_Metadata, Json] = _Metadata()

    def read(self) -> ReadRow:
        """The problem, with its public tests first."""
        starter_code = self.starter_code or ""
        name = self.metadata.func_name
        function = Function.in_sources(name, starter_code) if name else None
        tests, left_out = [], []
        for number, test in enumerate([*self.public_test_cases, *self.private_test_cases]):
            try:
                tests.append(_test(test, function))
            except NotLiteral as error:
                left_out.append(f"test {number}: {error}")
        question = f"{self.question_title}\n\n{self.question_content}"
        task = function.task if function else READS_STDIN
        statement = statement_of(question, task, starter_code)
        return with_tests(Problem(self.question_id, statement, tuple(tests)), left_out)


def _test(test: _Test, function: Function | None) -> TestCase:
    if test.testtype is _TestType.STDIN:
        return TestCase(test.input, test.output, None)
    if function is None:
        raise NotLiteral("it calls a function, and metadata has no func_name")
    try:
        arguments = [json.loads(line) for line in test.input.split("\n")]
        return function.test(arguments, json.loads(test.output))
    except ValueError as error:
        raise NotLiteral(f"not JSON, {error}") from None
