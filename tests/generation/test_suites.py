"""Texts of answers as tests, and what a model is told and asked."""

import json

import pytest

from tarot.generation.bases import Base
from tarot.generation.exchange import Answer, End, Request, Usage
from tarot.generation.questions import Need, Style, Wording, request_for, schema_of
from tarot.generation.suites import Draft, Fallen, Fault, read_drafts
from tarot.generation.templates import names, prompt_hash
from tarot.types import Limits, Problem, TestCase, TestKind, Tier

LIMITS = Limits(cpu_s=5.0, wall_s=20.0, memory_mb=512, output_kb=64)
BASE = Base("here", Problem("p", "Print ${x} {y}.", (TestCase("1\n", "2\n", None),)), ("",), {})
WANTED = {Tier.BASIC: 1, Tier.EDGE: 2}


def asked(style: Style, need: Need) -> Request:
    wording = Wording(style, 1, 256, 1000, LIMITS)
    return request_for(BASE, need, wording, (3, "o3"), BASE.problem.tests)


def answer(text: str, end: End = End.COMPLETE, cause: str = "") -> Answer:
    request = asked(Style.DIRECT, Need(WANTED))
    return Answer(request, end, text, cause, "o3-1", Usage(), 0.0)


@pytest.mark.parametrize("style", Style)
def test_a_question_says_what_is_missing_and_what_was_wrong(style: Style) -> None:
    need = Need(WANTED, inputs=("9\n",), faults=("edge: input repeated",))
    request = asked(style, need)
    assert "Print ${x} {y}." in request.question
    assert "1 of tier basic, 2 of tier edge" in request.question
    assert '{"input": "1\\n", "output": "2\\n"}\n{"input": "9\\n"}' in request.question
    assert "- edge: input repeated" in request.question
    assert "$" not in request.instructions
    assert list(request.schema["properties"]) == ["basic", "edge"]


def test_a_first_question_speaks_of_no_earlier_answer() -> None:
    assert "earlier" not in asked(Style.DIRECT, Need(WANTED)).question


def test_the_hash_depends_on_every_prompt_and_on_what_is_written_into_them() -> None:
    assert len(names()) == 8
    first = Wording(Style.DIRECT, 1, 256, 1000, LIMITS)
    others = (
        Wording(Style.GENERATOR, 1, 256, 1000, LIMITS),
        Wording(Style.DIRECT, 2, 256, 1000, LIMITS),
        Wording(Style.DIRECT, 1, 128, 1000, LIMITS),
    )
    assert len({first.hash, *(one.hash for one in others), prompt_hash()}) == 5
    assert first.hash == Wording(Style.DIRECT, 1, 256, 2000, LIMITS).hash


@pytest.mark.parametrize(
    ("text", "end", "fault", "detail"),
    [
        ("{", End.TRUNCATED, Fault.TRUNCATED, "max_output_tokens"),
        ("", End.REFUSED, Fault.REFUSED, "max_output_tokens"),
        ("{", End.COMPLETE, Fault.NOT_JSON, "Expecting property name"),
        ("[" * 10**5, End.COMPLETE, Fault.NOT_JSON, ""),
        ("[]", End.COMPLETE, Fault.WRONG_SCHEMA, "valid dictionary"),
        ('{"hard": []}', End.COMPLETE, Fault.WRONG_SCHEMA, "hard"),
        ('{"basic": [{"reason": "", "input": 1, "output": ""}]}', End.COMPLETE,
         Fault.WRONG_SCHEMA, "basic.0.input"),
        ('{"basic": [{"reason": "", "input": "\\ud800", "output": ""}]}', End.COMPLETE,
         Fault.WRONG_SCHEMA, "basic.0.input"),
    ],
)  # fmt: skip
def test_an_answer_that_holds_no_suite_says_why(
    text: str, end: End, fault: Fault, detail: str
) -> None:
    cause = "max_output_tokens" if end is not End.COMPLETE else ""
    found = read_drafts(answer(text, end, cause), WANTED, Style.DIRECT, TestKind.STDIN_STDOUT)
    assert found.tests == ()
    (fallen,) = found.fallen
    assert (fallen.tier, fallen.fault) == (None, fault)
    assert detail in fallen.detail


def test_tests_beyond_those_asked_for_are_left_and_missing_ones_named() -> None:
    test = {"reason": "why", "input": "1", "output": "2"}
    text = json.dumps({"basic": [test, test], "edge": [test], "complex": [test]})
    found = read_drafts(answer(text), WANTED, Style.DIRECT, TestKind.STDIN_STDOUT)
    assert found.tests == (
        Draft(Tier.BASIC, "why", "1\n", "2"),
        Draft(Tier.EDGE, "why", "1\n", "2"),
    )
    assert found.fallen == (Fallen(Tier.EDGE, Fault.MISSING, ""),)


def test_a_schema_is_strict_in_every_object() -> None:
    schema = schema_of(Style.GENERATOR, [Tier.BASIC])
    test = schema["properties"]["basic"]["items"]
    assert (schema["required"], test["required"]) == (["basic"], ["reason", "program"])
    assert (schema["additionalProperties"], test["additionalProperties"]) == (False, False)
