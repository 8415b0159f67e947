"""Running references and mutants, some problems at a time.

Each part takes two batches of the sandbox: the references first, then the mutants of those that
their suites accept, whose limits are taken from the references' times.

Not covered: a reference whose answers hang on the day, or on the order of a set of strings, which
is the same in every run, as the sandbox seeds hashing alike in all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tarot.audit.measured import Effort, Ledger, Measured, MeasuredMutant, MeasuredTest
from tarot.audit.mutants import Mutant, mutants_of
from tarot.audit.trivial import Trivial, ended_with, trivial_outputs
from tarot.grading.grader import self_check
from tarot.grading.trials import Trial, Trials, Tried
from tarot.types import Limits, Problem, Program, Sandbox, StopReason, Verdict

NUM_AT_ONCE = 32
# A mutant that never ends costs this much on each test of a fast reference.
MUTANT_MIN_CPU_S = 0.1
MUTANT_MIN_WALL_S = 5.0
_MUTANT_MIN_OUTPUT_KB = 16


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a measurement is; `num_runs` counts the programs run by this process."""

    num_done: int
    num_runs: int


class Measurer:
    """Measures problems; the sandbox stays its owner's."""

    def __init__(self, sandbox: Sandbox, effort: Effort) -> None:
        """Take as much effort as is said; raises UserError for an unknown comparator."""
        self._sandbox = sandbox
        self._trials = Trials(sandbox, effort.comparator, effort.limits)
        self._effort = effort

    def stream(self, problems: Sequence[Problem], ledger: Ledger) -> Iterator[Progress]:
        """Measure what the ledger lacks, and keep it there; raises UserError in an outage."""
        by_key = {self._effort.key(one): one for one in problems}
        missing = [one for key, one in by_key.items() if key not in ledger.results]
        num_known, num_runs = len(problems) - len(missing), 0
        yield Progress(num_known, num_runs)
        for start in range(0, len(missing), NUM_AT_ONCE):
            part = missing[start : start + NUM_AT_ONCE]
            results = self.measure(part)
            judged = [result for result in results if result is not None]
            ledger.add(judged)
            if not judged:
                self_check(self._sandbox)
            num_runs += sum(result.num_runs for result in judged)
            yield Progress(num_known + start + len(part), num_runs)

    def measure(self, problems: Sequence[Problem]) -> list[Measured | None]:
        """A result for each problem, in order; None where the sandbox lost a program."""
        references = self._run_references(problems)
        trivial = self._pass_trivially(problems, references)
        results: list[Measured | None] = []
        for problem, runs, passing in zip(problems, references, trivial, strict=True):
            tests = [_test(*one) for one in zip(runs, passing, strict=True)]
            num_runs = sum(map(len, runs))
            is_lost = any(tried.verdict is Verdict.INFRASTRUCTURE for one in runs for tried in one)
            key = self._effort.key(problem)
            results.append(None if is_lost else Measured(key, tuple(tests), (), num_runs))
        return self._with_mutants(problems, results)

    def _run_references(self, problems: Sequence[Problem]) -> list[list[list[Tried]]]:
        """The runs of each problem's reference on each test; none without a reference."""
        num_runs = self._effort.runs
        trials = [
            Trial(Program(problem.reference), test, self._effort.limits)
            for problem in problems
            if problem.reference is not None
            for test in problem.tests
            for _ in range(num_runs)
        ]
        tried = iter(self._trials.run(trials))
        return [
            [
                [] if problem.reference is None else [next(tried) for _ in range(num_runs)]
                for _ in problem.tests
            ]
            for problem in problems
        ]

    def _pass_trivially(
        self, problems: Sequence[Problem], references: Sequence[Sequence[Sequence[Tried]]]
    ) -> list[list[tuple[Trivial, ...]]]:
        """Which outputs that take no solving are accepted, for each test of each problem."""
        outputs = [
            (number, place, kind, test, output)
            for number, (problem, runs) in enumerate(zip(problems, references, strict=True))
            for place, (test, tried) in enumerate(zip(problem.tests, runs, strict=True))
            for kind, output in trivial_outputs(test, _right_output(test.expected, tried)).items()
        ]
        tests = [test for _, _, _, test, _ in outputs]
        verdicts = self._trials.judge(tests, [ended_with(output) for *_, output in outputs])
        passing: list[list[tuple[Trivial, ...]]] = [[()] * len(one.tests) for one in problems]
        for (number, place, kind, _, _), verdict in zip(outputs, verdicts, strict=True):
            if verdict is Verdict.ACCEPTED:
                passing[number][place] += (kind,)
        return passing

    def _with_mutants(
        self, problems: Sequence[Problem], results: Sequence[Measured | None]
    ) -> list[Measured | None]:
        """The results, those of accepted references with the mutants of these."""
        mutants = [self._mutants(*pair) for pair in zip(problems, results, strict=True)]
        trials = [
            Trial(Program(mutant.source), test, self._mutant_limits(problem, measured))
            for problem, result, own in zip(problems, results, mutants, strict=True)
            if result is not None
            for mutant in own
            for test, measured in zip(problem.tests, result.tests, strict=True)
        ]
        tried = iter(self._trials.run(trials))
        return [
            None if result is None else _added(result, own, tried)
            for result, own in zip(results, mutants, strict=True)
        ]

    def _mutants(self, problem: Problem, result: Measured | None) -> list[Mutant]:
        if result is None or problem.reference is None:
            return []
        is_sound = all(test.is_passed and test.is_steady for test in result.tests)
        number, seed = self._effort.mutants, self._effort.seed
        return mutants_of(problem.reference, number, seed) if is_sound else []

    def _mutant_limits(self, problem: Problem, measured: MeasuredTest) -> Limits:
        """Room for what a right program would take several times over, and no more."""
        limits, factor = self._effort.limits, self._effort.mutant_time_factor
        largest_kb = (
            max(len(test.expected.encode(errors="replace")) for test in problem.tests) >> 10
        )
        return replace(
            limits,
            cpu_s=min(limits.cpu_s, max(MUTANT_MIN_CPU_S, factor * measured.cpu_s)),
            wall_s=min(limits.wall_s, max(MUTANT_MIN_WALL_S, factor * measured.wall_s)),
            output_kb=min(limits.output_kb, _MUTANT_MIN_OUTPUT_KB + 4 * largest_kb),
        )


def _added(result: Measured, mutants: Sequence[Mutant], tried: Iterator[Tried]) -> Measured | None:
    """A result with its mutants; None where the sandbox lost one.

    A mutant is left out whose output keeps a checker from coming to an end.
    """
    found = []
    for mutant in mutants:
        own = [next(tried) for _ in result.tests]
        found.append((mutant, own))
    if any(_is_lost(one) for _, own in found for one in own):
        return None
    measured = tuple(
        MeasuredMutant(
            mutant.operator, mutant.line, tuple(one.verdict is not Verdict.ACCEPTED for one in own)
        )
        for mutant, own in found
        if all(one.verdict is not Verdict.INFRASTRUCTURE for one in own)
    )
    num_runs = result.num_runs + len(mutants) * len(result.tests)
    return replace(result, mutants=measured, num_runs=num_runs)


def _test(runs: Sequence[Tried], passed_by: tuple[Trivial, ...]) -> MeasuredTest:
    return MeasuredTest(
        verdicts=tuple(one.verdict for one in runs),
        is_steady=len({(one.verdict, one.execution.stdout) for one in runs}) <= 1,
        cpu_s=max((one.execution.cpu_s for one in runs), default=0.0),
        wall_s=max((one.execution.wall_s for one in runs), default=0.0),
        passed_by=passed_by,
    )


def _right_output(expected: str, runs: Sequence[Tried]) -> bytes:
    if runs and runs[0].verdict is Verdict.ACCEPTED:
        return runs[0].execution.stdout
    return expected.encode("utf-8", "surrogatepass")


def _is_lost(tried: Tried) -> bool:
    return tried.execution.stopped_by is StopReason.INFRASTRUCTURE
