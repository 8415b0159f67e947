"""What a model is asked for a problem: instructions, the question and the schema of the answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tarot.generation.bases import Base
from tarot.generation.exchange import Request
from tarot.generation.templates import fill, prompt_hash
from tarot.types import Limits, TestCase, Tier

SCHEMA_NAME = "test_suite"
_MAX_SHOWN = 1000


class Style(StrEnum):
    """How a model gives a test: written out, or as a program that makes the input from a seed."""

    DIRECT = "direct"
    GENERATOR = "generator"


FIELDS: Mapping[Style, tuple[str, ...]] = {
    Style.DIRECT: ("reason", "input", "output"),
    Style.GENERATOR: ("reason", "program"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """The settings that requests depend on beside the problem; `limits` are those of a test."""

    style: Style
    tests_per_tier: int
    max_input_kb: int
    max_output_tokens: int
    limits: Limits

    @property
    def hash(self) -> str:
        """That of the prompts' files and of what these settings write into them."""
        limits = (self.limits.cpu_s, self.limits.memory_mb)
        return prompt_hash(str(self.style), self.tests_per_tier, self.max_input_kb, *limits)


@dataclass(frozen=True, slots=True)
class Need:
    """What a problem still lacks: tests by tier, and what was wrong with the last answer.

    `inputs` are those of the tests that were accepted before, in short.
    """

    tests: Mapping[Tier, int]
    inputs: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def request_for(
    base: Base, need: Need, wording: Wording, attempt: tuple[int, str], shown: Sequence[TestCase]
) -> Request:
    """The request of an attempt, its number and model; `shown` are original tests of the suite."""
    number, model = attempt
    return Request(
        problem_id=base.problem.id,
        tier=None,
        attempt=number,
        model=model,
        prompt_hash=wording.hash,
        instructions=_instructions(base, wording),
        question=_question(base, need, shown),
        schema=schema_of(wording.style, list(need.tests)),
        schema_name=SCHEMA_NAME,
        max_output_tokens=wording.max_output_tokens,
    )


def schema_of(style: Style, tiers: Sequence[Tier]) -> dict[str, Any]:
    """The strict JSON schema of an answer: for each tier the list of its tests."""
    fields = {name: {"type": "string"} for name in FIELDS[style]}
    test = _object(fields)
    return _object({str(tier): {"type": "array", "items": test} for tier in tiers})


def shortened(text: str) -> str:
    """A text as it is shown to a model, its end left out where it is long."""
    left = len(text) - _MAX_SHOWN
    return text if left <= 0 else f"{text[:_MAX_SHOWN]}[… {left} more characters]"


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _instructions(base: Base, wording: Wording) -> str:
    style = fill(wording.style, {"max_input_kb": wording.max_input_kb})
    values = {
        "cpu_s": f"{wording.limits.cpu_s:g}",
        "memory_mb": wording.limits.memory_mb,
        "style": style.strip(),
        "kind": fill(base.kind, {}).strip(),
    }
    return fill("instructions", values)


def _question(base: Base, need: Need, shown: Sequence[TestCase]) -> str:
    known = [{"input": shortened(t.stdin), "output": shortened(t.expected)} for t in shown]
    known += [{"input": text} for text in need.inputs]
    tests = "\n".join(json.dumps(one, ensure_ascii=False) for one in known)
    values = {
        "statement": base.problem.statement.strip(),
        "examples": fill("examples", {"tests": tests}) if known else "",
        "wanted": ", ".join(f"{count} of tier {tier}" for tier, count in need.tests.items()),
    }
    question = fill("question", values)
    if need.faults:
        faults = "\n".join(f"- {fault}" for fault in need.faults)
        question += fill("repair", {"faults": faults})
    return question
