"""Completions as a page holds them, plain for JSON: their texts, their tests, and what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from tarot.grading.trials import Tried
from tarot.report.sample import Sample
from tarot.report.tally import TIERS, VERDICTS, Rollouts
from tarot.runs import RunDirectory
from tarot.runs.rollouts import Rollout, read_some
from tarot.types import Problem, TestResult

MAX_COMPLETION_CHARACTERS = 20_000
MAX_TEST_CHARACTERS = 1_000

Again = Mapping[int, Sequence[Tried]]
"""What came of running a shown completion again, test by test; by its place among the shown."""


@dataclass(frozen=True, slots=True)
class Browser:
    """The shown completions as JSON has them, and how many problems of theirs are at hand.

    A text that is cut is a pair: what is left of it, and how many characters are not.
    """

    data: dict[str, Any]
    num_known: int
    num_problems: int


def read_sample(run: RunDirectory, rollouts: Rollouts, sample: Sample) -> list[Rollout]:
    """The shown rollouts, in their order."""
    places: dict[int, list[int]] = {}
    for step, place in zip(
        rollouts.steps[sample.rows].tolist(), rollouts.places[sample.rows].tolist(), strict=True
    ):
        places.setdefault(step, []).append(place)
    return list(read_some(run, places))


def browser_of(shown: Sequence[Rollout], problems: Mapping[str, Problem], again: Again) -> Browser:
    """All that the page's browser shows; `problems` are those at hand, by id."""
    ids = list(dict.fromkeys(one.problem_id for one in shown))
    numbers = {name: number for number, name in enumerate(ids)}
    known = [problems.get(name) for name in ids]
    data = {
        "tiers": [tier or "no tier" for tier in TIERS],
        "verdicts": [verdict.value for verdict in VERDICTS],
        "problems": [_problem(name, one) for name, one in zip(ids, known, strict=True)],
        "completions": [
            _completion(one, numbers[one.problem_id], again.get(place))
            for place, one in enumerate(shown)
        ],
    }
    return Browser(data, sum(one is not None for one in known), len(ids))


def cut(text: str, length: int) -> str | list[str | int]:
    """A text as the page holds it."""
    return text if len(text) <= length else [text[:length], len(text) - length]


def _problem(name: str, problem: Problem | None) -> dict[str, Any]:
    if problem is None:
        return {"id": name}
    return {
        "id": name,
        "statement": cut(problem.statement, MAX_COMPLETION_CHARACTERS),
        "tests": [
            [cut(test.stdin, MAX_TEST_CHARACTERS), cut(test.expected, MAX_TEST_CHARACTERS)]
            for test in problem.tests
        ],
    }


def _completion(rollout: Rollout, problem: int, again: Sequence[Tried] | None) -> dict[str, Any]:
    return {
        "step": rollout.step,
        "group": rollout.group,
        "problem": problem,
        "reward": _finite(rollout.reward),
        "parts": {name: _finite(rollout.parts[name]) for name in sorted(rollout.parts)},
        "tokens": rollout.num_tokens,
        "truncated": rollout.truncated,
        "selected": rollout.selected is not False,
        "text": cut(rollout.completion, MAX_COMPLETION_CHARACTERS),
        "program": _program(rollout),
        "tests": [_result(result) for result in rollout.results],
        "again": None if again is None else [_tried(one) for one in again],
    }


def _finite(value: float | None) -> float | None:
    """None also for NaN and infinities, which a user's reward may give and JSON lacks."""
    return value if value is not None and isfinite(value) else None


def _program(rollout: Rollout) -> str | list[str | int] | None:
    return rollout.program and cut(rollout.program, MAX_COMPLETION_CHARACTERS)


def _result(result: TestResult) -> list[float]:
    tier, verdict = TIERS.index(result.tier), VERDICTS.index(result.verdict)
    return [tier, verdict, float(f"{result.wall_s:.3g}")]


def _tried(tried: Tried) -> list[Any]:
    execution = tried.execution
    return [
        VERDICTS.index(tried.verdict),
        execution.exit_code,
        cut(execution.stdout.decode("utf-8", "replace"), MAX_TEST_CHARACTERS),
        cut(execution.stderr.decode("utf-8", "replace"), MAX_TEST_CHARACTERS),
    ]
