"""Grades completions: one batch to the sandbox, one verdict a test."""

from collections.abc import Sequence

from tarot.grading.cache import ExecutionCache
from tarot.grading.comparators import Comparator
from tarot.grading.extraction import extract_program
from tarot.grading.judge import judge
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

_Key = tuple[str, str]
_CHECK_LIMITS = Limits(cpu_s=10.0, wall_s=60.0, memory_mb=512, output_kb=64)


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
        self._sandbox = sandbox
        self._cache = ExecutionCache(cache_size)
        self._limits = limits
        try:
            self._comparator = Comparator(comparator)
        except ValueError:
            names = ", ".join(Comparator)
            raise UserError(f"grading.comparator: {comparator!r} is not one of {names}") from None

    def grade(self, items: Sequence[tuple[Problem, str]]) -> list[Grade]:
        """The grade of each (problem, completion), in order."""
        return self.grade_programs([(problem, extract_program(text)) for problem, text in items])

    def grade_programs(self, items: Sequence[tuple[Problem, Program | None]]) -> list[Grade]:
        """The grade of each (problem, program), in order; None stands for no program."""
        executions = self._execute(items)
        return [
            Grade(program, tuple(self._result(program, test, executions) for test in problem.tests))
            for problem, program in items
        ]

    def close(self) -> None:
        """Release the sandbox; idempotent."""
        self._sandbox.close()

    def _execute(self, items: Sequence[tuple[Problem, Program | None]]) -> dict[_Key, Execution]:
        """Each distinct program on each distinct input, run at most once."""
        keys = dict.fromkeys(
            (program.source, test.stdin)
            for problem, program in items
            if program is not None
            for test in problem.tests
        )
        known = {key: execution for key in keys if (execution := self._cache.find(*key))}
        new = [key for key in keys if key not in known]
        jobs = [Job(Program(source), _encode(stdin), self._limits) for source, stdin in new]
        for key, execution in zip(new, self._sandbox.run(jobs), strict=True):
            self._cache.keep(*key, execution)
            known[key] = execution
        return known

    def _result(
        self, program: Program | None, test: TestCase, executions: dict[_Key, Execution]
    ) -> TestResult:
        if program is None:
            return TestResult(test.tier, Verdict.NO_CODE)
        execution = executions[program.source, test.stdin]
        verdict = judge(execution, test.expected, self._rule(test))
        return TestResult(test.tier, verdict, execution.cpu_s, execution.wall_s)

    def _rule(self, test: TestCase) -> Comparator:
        return Comparator.FLOAT if test.checker == Comparator.FLOAT else self._comparator


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


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
