"""From the text of an answer to the tests in it, and what is wrong with the rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from tarot.generation.exchange import Answer, End
from tarot.generation.questions import Style
from tarot.types import TestKind, Tier


class Fault(StrEnum):
    """What is wrong with an answer, or with a test in it."""

    TRUNCATED = "answer cut off"
    REFUSED = "answer refused"
    NOT_JSON = "answer is no JSON"
    WRONG_SCHEMA = "answer of another form"
    MISSING = "test missing"
    PROGRAM_FAILED = "input program failed"
    UNSEEDED = "input program not deterministic"
    TOO_LARGE = "input too large"
    REPEATED = "input repeated"
    REFERENCE_FAILED = "reference failed"
    TOO_SLOW = "reference too slow"
    OVER_LIMITS = "reference over its limits"
    FLAKY = "reference flaky"
    DISAGREEMENT = "accepted solutions disagree"
    NO_OUTPUT = "no output to compare"


@dataclass(frozen=True, slots=True)
class Draft:
    """A test as a model gives it; `expected` is what it takes to be right, None for a program's.

    `stdin` is the input, or the program that is to print it.
    """

    tier: Tier
    reason: str
    stdin: str
    expected: str | None

    @property
    def is_program(self) -> bool:
        """Whether `stdin` is a program."""
        return self.expected is None


@dataclass(frozen=True, slots=True)
class Fallen:
    """A test that a suite goes without, or for no tier all that an answer was to give."""

    tier: Tier | None
    fault: Fault
    detail: str

    @property
    def line(self) -> str:
        """What the model is told."""
        name = f"{self.tier}: " if self.tier else ""
        return f"{name}{self.fault}: {self.detail}" if self.detail else f"{name}{self.fault}"


@dataclass(frozen=True, slots=True)
class Drafts:
    """The tests of an answer, at most as many as were asked for, and what it lacks."""

    tests: tuple[Draft, ...]
    fallen: tuple[Fallen, ...]


def _encodable(text: str) -> str:
    """The text, without a lone surrogate, which JSON can hold and no input."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("not valid Unicode") from None
    return text


_Text = Annotated[str, AfterValidator(_encodable)]


class _Direct(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    reason: _Text
    input: _Text
    output: _Text

    def draft(self, tier: Tier, kind: TestKind) -> Draft:
        ends = kind is TestKind.FUNCTION_CALL or self.input.endswith("\n") or not self.input
        return Draft(tier, self.reason, self.input + ("" if ends else "\n"), self.output)


class _Generator(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    reason: _Text
    program: _Text

    def draft(self, tier: Tier, _: TestKind) -> Draft:
        return Draft(tier, self.reason, self.program, None)


_FORMS: Mapping[Style, TypeAdapter[dict[Tier, list[_Direct]] | dict[Tier, list[_Generator]]]] = {
    Style.DIRECT: TypeAdapter(dict[Tier, list[_Direct]]),
    Style.GENERATOR: TypeAdapter(dict[Tier, list[_Generator]]),
}
_ENDS = {End.TRUNCATED: Fault.TRUNCATED, End.REFUSED: Fault.REFUSED}


def read_drafts(answer: Answer, wanted: Mapping[Tier, int], style: Style, kind: TestKind) -> Drafts:
    """The tests of an answer to a request for `wanted` tests by tier; never raises for a text."""
    if answer.end in _ENDS:
        return Drafts((), (Fallen(None, _ENDS[answer.end], _one_line(answer.cause)),))
    try:
        content = json.loads(answer.text)
    except (ValueError, RecursionError) as error:
        return Drafts((), (Fallen(None, Fault.NOT_JSON, _one_line(str(error))),))
    try:
        suite = _FORMS[style].validate_python(content, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        detail = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        return Drafts((), (Fallen(None, Fault.WRONG_SCHEMA, _one_line(detail)),))
    drafts, fallen = [], []
    for tier, number in wanted.items():
        given = suite.get(tier, [])[:number]
        drafts += [one.draft(tier, kind) for one in given]
        fallen += [Fallen(tier, Fault.MISSING, "")] * (number - len(given))
    return Drafts(tuple(drafts), tuple(fallen))


def _one_line(text: str) -> str:
    return " ".join(text.split())
