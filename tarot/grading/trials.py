"""Single runs of programs on tests, each within limits of its own, and what came of them.

Unlike a grader this runs what it is told as often as it is told, and keeps the executions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tarot.grading.checkers import check_key, check_limits, is_checker, verdict_of
from tarot.grading.comparators import Comparator
from tarot.grading.executions import Executor
from tarot.grading.judge import judge
from tarot.grading.rules import comparator_of, input_of, rule_of, runnable
from tarot.types import Execution, Job, Limits, Program, Sandbox, TestCase, Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """A program to run once on the input of a test."""

    program: Program
    test: TestCase
    limits: Limits


@dataclass(frozen=True, slots=True)
class Tried:
    """What happened in a trial, and what it is worth."""

    execution: Execution
    verdict: Verdict


class Trials:
    """Runs and judges trials; the sandbox stays its owner's."""

    def __init__(self, sandbox: Sandbox, comparator: Comparator | str, limits: Limits) -> None:
        """Run checker programs within `limits`; raises UserError for an unknown comparator."""
        self._sandbox = sandbox
        self._checkers = Executor(sandbox, cache_size=0)
        self._comparator = comparator_of(comparator)
        self._limits = limits

    def run(self, trials: Sequence[Trial]) -> list[Tried]:
        """What comes of each trial, in order, in one batch and one more for the checkers."""
        executions = self._sandbox.run(
            [Job(runnable(one.program, one.test), input_of(one.test), one.limits) for one in trials]
        )
        tests = [one.test for one in trials]
        verdicts = self.judge(tests, executions)
        return [Tried(*pair) for pair in zip(executions, verdicts, strict=True)]

    def judge(self, tests: Sequence[TestCase], executions: Sequence[Execution]) -> list[Verdict]:
        """The verdict of each execution on its test, in order; only checkers are run."""
        pairs = list(zip(tests, executions, strict=True))
        verdicts = [
            judge(done, test.expected, rule_of(test, self._comparator)) for test, done in pairs
        ]
        keys = [
            check_key(test, done.stdout) if self._is_open(test, verdict) else None
            for (test, done), verdict in zip(pairs, verdicts, strict=True)
        ]
        if not any(keys):
            return verdicts
        needed = [key for key in keys if key]
        checks = self._checkers.run(needed, check_limits(needed, self._limits))
        return [
            verdict if key is None else verdict_of(checks[key])
            for key, verdict in zip(keys, verdicts, strict=True)
        ]

    @staticmethod
    def _is_open(test: TestCase, verdict: Verdict) -> bool:
        return is_checker(test.checker) and verdict is Verdict.ACCEPTED
