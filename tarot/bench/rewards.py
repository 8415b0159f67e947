"""The whole reward of a batch: extraction, execution, judgement and the weighted sum.

In the sandbox that is the grader that training uses. In the other ways it is the published
procedure: each completion runs on each test, duplicates too, and the published comparator judges.
These may run a part of the completions of each sort, from which times are scaled up.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tarot.bench.clock import Stopwatch
from tarot.bench.programs import LIGHT, NUMPY, warm_up
from tarot.bench.ways import Way
from tarot.bench.workload import Completion, Sort
from tarot.curriculum import code_reward
from tarot.grading.comparators import Comparator
from tarot.grading.extraction import extract_program
from tarot.grading.grader import Grader
from tarot.grading.judge import judge
from tarot.types import (
    Execution,
    Grade,
    Job,
    Limits,
    Program,
    Sandbox,
    TestCase,
    TestResult,
    Tier,
    TierWeights,
    Verdict,
)

_WEIGHTS = TierWeights(dict.fromkeys(Tier, 0.25))


class BatchName(StrEnum):
    """The batches that are rewarded."""

    REALISTIC = "realistic"
    DISTINCT = "without duplicates"
    TIMEOUTS = "with time-outs"
    REST = "with time-outs, less these"


@dataclass(frozen=True, slots=True)
class BatchRun:
    """A batch that was rewarded in one way.

    `num_completions` and `num_programs`, the distinct ones, are the batch's; `num_executions` and
    `verdicts` are of the `num_measured` completions, whose times are scaled to the batch.
    """

    batch: BatchName
    way: Way
    num_cores: int
    num_completions: int
    num_programs: int
    num_measured: int
    num_executions: int
    wall_s: float
    cpu_s: float
    verdicts: dict[Verdict, int]


def reward_in_sandbox(
    batch: BatchName, completions: Sequence[Completion], limits: Limits, num_cores: int
) -> BatchRun:
    """Reward all of a batch with a new grader whose slots are warm."""
    items = [(completion.problem, completion.text) for completion in completions]
    with Way.SANDBOX.opened() as sandbox:
        for sample in (LIGHT, NUMPY):
            warm_up(sandbox, sample, num_cores)
        grader = Grader(sandbox, limits)
        with Stopwatch() as watch:
            grades = grader.grade(items)
            _rewards(grades)
    return BatchRun(
        batch=batch,
        way=Way.SANDBOX,
        num_cores=num_cores,
        num_completions=len(completions),
        num_programs=_num_programs(completions),
        num_measured=len(completions),
        num_executions=len(_pairs(completions)),
        wall_s=watch.usage.wall_s,
        cpu_s=watch.usage.cpu_s,
        verdicts=_count(grades),
    )


def reward_as_published(
    batch: BatchName,
    completions: Sequence[Completion],
    limits: Limits,
    num_cores: int,
    way: Way,
    every: int,
) -> BatchRun:
    """Reward every so-manieth completion of each sort in one of the other ways, and scale."""
    wall_s = cpu_s = 0.0
    grades: list[Grade] = []
    with way.opened() as sandbox:
        warm_up(sandbox, LIGHT, num_cores)
        for part in _parts(completions):
            measured = part[::every]
            with Stopwatch() as watch:
                grades_of_part = _grade_as_published(measured, sandbox, limits)
                _rewards(grades_of_part)
            grades += grades_of_part
            wall_s += watch.usage.wall_s * len(part) / len(measured)
            cpu_s += watch.usage.cpu_s * len(part) / len(measured)
    return BatchRun(
        batch=batch,
        way=way,
        num_cores=num_cores,
        num_completions=len(completions),
        num_programs=_num_programs(completions),
        num_measured=len(grades),
        num_executions=sum(len(grade.results) for grade in grades),
        wall_s=wall_s,
        cpu_s=cpu_s,
        verdicts=_count(grades),
    )


def limits_of_timeouts_s(completions: Sequence[Completion], limits: Limits) -> float:
    """The sum of the CPU limits of the distinct (program, test) pairs that never end."""
    endless = [completion for completion in completions if completion.sort is Sort.TIMEOUT]
    return limits.cpu_s * len(_pairs(endless))


def _grade_as_published(
    completions: Sequence[Completion], sandbox: Sandbox, limits: Limits
) -> list[Grade]:
    programs = [extract_program(one.text) or Program("") for one in completions]
    jobs = [
        Job(program, test.stdin.encode(), limits)
        for program, completion in zip(programs, completions, strict=True)
        for test in completion.problem.tests
    ]
    executions = iter(sandbox.run(jobs))
    return [
        Grade(program, tuple(_result(next(executions), test) for test in completion.problem.tests))
        for program, completion in zip(programs, completions, strict=True)
    ]


def _result(execution: Execution, test: TestCase) -> TestResult:
    return TestResult(test.tier, judge(execution, test.expected, Comparator.PUBLISHED.accepts))


def _rewards(grades: Sequence[Grade]) -> list[float | None]:
    return [code_reward(grade.passes(), _WEIGHTS, normalize=True) for grade in grades]


def _parts(completions: Sequence[Completion]) -> list[list[Completion]]:
    """The completions of each sort that there is."""
    parts = ([one for one in completions if one.sort is sort] for sort in Sort)
    return [part for part in parts if part]


def _pairs(completions: Sequence[Completion]) -> set[tuple[int, str]]:
    """The distinct (program, test) pairs."""
    return {
        (completion.number, test.stdin)
        for completion in completions
        for test in completion.problem.tests
    }


def _num_programs(completions: Sequence[Completion]) -> int:
    return len({completion.number for completion in completions})


def _count(grades: Sequence[Grade]) -> dict[Verdict, int]:
    verdicts = Counter(result.verdict for grade in grades for result in grade.results)
    return dict(sorted(verdicts.items()))
