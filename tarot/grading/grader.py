"""Grades completions: one batch to the sandbox, one verdict a test.

What is left to checker programs goes there in a second batch, when no candidate runs.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from tarot.grading.checkers import check_key, check_limits, is_checker, verdict_of
from tarot.grading.comparators import Comparator
from tarot.grading.executions import Executor, Key, Watch, ignore
from tarot.grading.extraction import extract_program
from tarot.grading.judge import judge
from tarot.grading.rules import anything, comparator_of, input_of, rule_of, runnable
from tarot.types import (
    Execution,
    Grade,
    Job,
    Limits,
    Problem,
    Program,
    Sandbox,
    TestCase,
    TestResult,
    UserError,
    Verdict,
)

_NUM_AT_ONCE = 64
_CHECK_LIMITS = Limits(cpu_s=10.0, wall_s=60.0, memory_mb=512, output_kb=64)

_Executions = dict[Key, Execution]


class Grader:
    """Judges programs on all tests of their problems; it owns its sandbox."""

    def __init__(
        self,
        sandbox: Sandbox,
        limits: Limits,
        comparator: Comparator | str = Comparator.TOKENS,
        cache_size: int = 8192,
    ) -> None:
        """Use `limits` for every execution; raises UserError for an unknown comparator."""
        self._executor = Executor(sandbox, cache_size)
        self._limits = limits
        self._comparator = comparator_of(comparator)

    def grade(self, items: Sequence[tuple[Problem, str]], watch: Watch = ignore) -> list[Grade]:
        """The grade of each (problem, completion), in order; `watch` is told what was run."""
        programs = [(problem, extract_program(text)) for problem, text in items]
        return self.grade_programs(programs, watch)

    def grade_programs(
        self, items: Sequence[tuple[Problem, Program | None]], watch: Watch = ignore
    ) -> list[Grade]:
        """The grade of each (problem, program), in order; None stands for no program."""
        keys = [_key(program, test) for program, test in _trials(items)]
        executions = self._executor.run(keys, self._limits, watch)
        executions |= self._check(items, executions, watch)
        return [
            Grade(
                program,
                tuple(self._result(program, test, executions) for test in problem.tests),
                problem.within_tier,
            )
            for problem, program in items
        ]

    def stream(self, items: Iterable[tuple[Problem, Program | None]]) -> Iterator[Grade]:
        """As `grade_programs` for many, some at a time, each grade as soon as it is there."""
        remaining = iter(items)
        while batch := list(islice(remaining, _NUM_AT_ONCE)):
            yield from self.grade_programs(batch)

    def close(self) -> None:
        """Release the sandbox; idempotent."""
        self._executor.close()

    def _check(
        self,
        items: Sequence[tuple[Problem, Program | None]],
        executions: _Executions,
        watch: Watch,
    ) -> _Executions:
        """The executions of checker programs, on whatever candidates brought to an end."""
        trials = [(_key(program, test), test) for program, test in _trials(items)]
        keys = [
            check_key(test, executions[key].stdout)
            for key, test in trials
            if is_checker(test.checker)
            and judge(executions[key], b"", anything) is Verdict.ACCEPTED
        ]
        if not keys:
            return {}
        return self._executor.run(keys, check_limits(keys, self._limits), watch)

    def _result(
        self, program: Program | None, test: TestCase, executions: _Executions
    ) -> TestResult:
        if program is None:
            return TestResult(test.tier, Verdict.NO_CODE)
        execution = executions[_key(program, test)]
        verdict = judge(execution, test.expected, rule_of(test, self._comparator))
        if is_checker(test.checker) and verdict is Verdict.ACCEPTED:
            verdict = verdict_of(executions[check_key(test, execution.stdout)])
        return TestResult(test.tier, verdict, execution.cpu_s, execution.wall_s)


def self_check(sandbox: Sandbox) -> None:
    """Run one small program; raises UserError where it does not come back right.

    It imports modules that no slot holds ready, so that unreadable libraries are found out here.
    """
    source = "import decimal, json, random\nprint(decimal.Decimal(input()) + 1)"
    job = Job(Program(source), b"41\n", _CHECK_LIMITS)
    execution = sandbox.run([job])[0]
    verdict = judge(execution, "42\n")
    if verdict is not Verdict.ACCEPTED:
        raise UserError(
            f"sandbox: a program that adds one to 41 came back as {verdict}, "
            f"exit code {execution.exit_code}; see the log or use another sandbox"
        )


def _trials(items: Sequence[tuple[Problem, Program | None]]) -> list[tuple[Program, TestCase]]:
    return [
        (program, test)
        for problem, program in items
        if program is not None
        for test in problem.tests
    ]


def _key(program: Program, test: TestCase) -> Key:
    return runnable(program, test).source, input_of(test)
