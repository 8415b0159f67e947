"""Answers of a model that knows the starter problems, and errs on some of them as it is told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tarot.data import Split, StarterSource
from tarot.generation.questions import Style
from tarot.types import Problem, TestCase, Tier
from tests.generation.openai_server.bodies import Answerer, question_of

REPAIR = "An earlier answer did not give"
NO_INPUT = "no such input\n"
UNSEEDED = "import os\nprint(int.from_bytes(os.urandom(4), 'big'))"


class Habit(StrEnum):
    """How a model answers for a problem."""

    GOOD = "good"
    WRONG_OUTPUT = "all outputs wrong"
    CARELESS = "edge crashes the reference, until told"
    REPEATING = "intermediate repeats basic, until told"
    SHORT = "no complex test, until told"
    WEAK = "edge crashes the reference, unless the model is a stronger one"
    HOPELESS = "edge always crashes the reference"
    FLAKY = "the program for edge prints another input each time, until told"


HABITS = tuple(habit for habit in Habit if habit is not Habit.FLAKY)

FAMILIES = (
    "at_least",
    "close_enough",
    "count_digits",
    "distance_from",
    "larger_scaled",
    "scale_and_add",
    "weighted_sum",
)


@dataclass(frozen=True, slots=True)
class StarterAnswers:
    """Answers for `num_problems` problems of the train split, by `habits` in turn.

    `strong` is the model that does what the first one can't.
    """

    num_problems: int
    habits: Sequence[Habit] = HABITS
    style: Style = Style.DIRECT
    strong: str = "o3"

    @property
    def overrides(self) -> tuple[str, ...]:
        """What is typed to have these problems."""
        families = f"data.families=[{','.join(FAMILIES)}]"
        return "data=starter", families, f"data.num_problems={self.num_problems}"

    def source(self, tests_per_tier: int = 1) -> StarterSource:
        """The problems that are asked for."""
        number = self.num_problems
        return StarterSource(FAMILIES, number, tests_per_tier=tests_per_tier)

    def answerer(self) -> Answerer:
        """What makes the text of an answer; the same for the same question."""
        shown = self.source().load(Split.TRAIN)
        known = self.source(tests_per_tier=4).load(Split.TRAIN)
        pairs = list(zip(shown, known, strict=True))
        by_statement = {
            problem.statement.strip(): (number, _new_tests(problem, more))
            for number, (problem, more) in enumerate(pairs)
        }

        def answer(body: Mapping[str, Any]) -> str:
            question, tiers = question_of(body), _tiers(body)
            statement = question.split("<statement>\n")[1].split("\n</statement>")[0]
            number, tests = by_statement[statement]
            habit = self.habits[number % len(self.habits)]
            is_told = REPAIR in question
            suite = {tier: [self._entry(tests[Tier(tier)], habit)] for tier in tiers}
            self._err(suite, habit, is_told=is_told, is_strong=body["model"] == self.strong)
            return json.dumps(suite)

        return answer

    def _err(
        self,
        suite: dict[str, list[dict[str, str]]],
        habit: Habit,
        *,
        is_told: bool,
        is_strong: bool,
    ) -> None:
        crashes = (
            habit is Habit.HOPELESS
            or (habit is Habit.WEAK and not is_strong)
            or (habit is Habit.CARELESS and not is_told)
        )
        if crashes and Tier.EDGE in suite:
            suite[Tier.EDGE] = [self._made(NO_INPUT, "1\n")]
        if habit is Habit.REPEATING and not is_told:
            suite[Tier.INTERMEDIATE] = suite[Tier.BASIC]
        if habit is Habit.SHORT and not is_told:
            suite[Tier.COMPLEX] = []
        if habit is Habit.FLAKY and not is_told:
            suite[Tier.EDGE] = [{"reason": "chance", "program": UNSEEDED}]

    def _entry(self, test: TestCase, habit: Habit) -> dict[str, str]:
        wrong = habit is Habit.WRONG_OUTPUT
        return self._made(test.stdin, "wrong\n" if wrong else test.expected)

    def _made(self, stdin: str, expected: str) -> dict[str, str]:
        if self.style is Style.DIRECT:
            return {"reason": f"{len(stdin)} characters", "input": stdin, "output": expected}
        program = f"seed = input()\nprint({stdin!r}, end='')"
        return {"reason": f"{len(stdin)} characters", "program": program}


def _new_tests(problem: Problem, more: Problem) -> Mapping[Tier, TestCase]:
    """A test of each tier with an input that the problem does not have and no other one has."""
    taken = {test.stdin.rstrip() for test in problem.tests}
    found: dict[Tier, TestCase] = {}
    for test in more.tests:
        if test.tier is not None and test.tier not in found and test.stdin.rstrip() not in taken:
            taken.add(test.stdin.rstrip())
            found[test.tier] = test
    assert set(found) == set(Tier), problem.id
    return found


def _tiers(body: Mapping[str, Any]) -> list[str]:
    """The tiers that a question asks for, in either interface."""
    form = body["text"]["format"] if "text" in body else body["response_format"]["json_schema"]
    return list(form["schema"]["properties"])
