"""One small program many times over: rate, CPU time and latency of each way to run it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, islice
from statistics import quantiles

from tarot.bench.clock import Stopwatch
from tarot.bench.ways import Way, available_ways
from tarot.grading.judge import judge
from tarot.types import Job, Limits, Program, Sandbox, Verdict

_LIMITS = Limits(cpu_s=10.0, wall_s=60.0, memory_mb=1024, output_kb=1024)
_MAX_LATENCIES = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """A program that reads a number, and what it should print for it."""

    name: str
    source: str
    answer: Callable[[int], int]


TRIVIAL = Sample("trivial", "print(int(input()) + 1)", lambda number: number + 1)
LIGHT = Sample(
    "light",
    "n = int(input())\nprint(sum(i * i for i in range(20000)) + n)",
    lambda number: 2_666_466_670_000 + number,
)
NUMPY = Sample(
    "numpy",
    "import numpy as np\nprint(np.arange(int(input())).sum())",
    lambda number: number * (number - 1) // 2,
)
SAMPLES = (TRIVIAL, LIGHT, NUMPY)


@dataclass(frozen=True, slots=True)
class ProgramRuns:
    """A program run `num_runs` times in one way, then `num_latencies` times alone.

    `num_wrong` of the runs did not print what they should have.
    """

    program: str
    way: Way
    num_cores: int
    num_runs: int
    num_wrong: int
    runs_per_s: float
    cpu_ms: float
    num_latencies: int
    p50_ms: float
    p99_ms: float


def measure_programs(
    num_runs: int, num_baseline_runs: int, num_cores: int, samples: Sequence[Sample] = SAMPLES
) -> tuple[ProgramRuns, ...]:
    """Each sample in each way, in turn; every way but the sandbox has `num_baseline_runs`."""
    with ExitStack() as opened:
        sandboxes = {way: opened.enter_context(way.opened()) for way in available_ways()}
        return tuple(
            _measure(sample, way, sandbox, num_cores, num)
            for sample in samples
            for way, sandbox in sandboxes.items()
            for num in (num_runs if way is Way.SANDBOX else num_baseline_runs,)
        )


def jobs_of(sample: Sample) -> Iterator[tuple[Job, str]]:
    """Jobs without end, no two of them alike, each with what it should print."""
    for number in count():
        yield (
            Job(Program(sample.source), f"{number}\n".encode(), _LIMITS),
            str(sample.answer(number)),
        )


def warm_up(sandbox: Sandbox, sample: Sample, num_jobs: int) -> None:
    """Let a sandbox start what it needs for a sample."""
    sandbox.run([job for job, _ in islice(jobs_of(sample), num_jobs)])


def _measure(
    sample: Sample, way: Way, sandbox: Sandbox, num_cores: int, num_runs: int
) -> ProgramRuns:
    source = jobs_of(sample)
    sandbox.run([job for job, _ in islice(source, 2 * num_cores)])
    jobs, answers = zip(*islice(source, num_runs), strict=True)
    with Stopwatch() as watch:
        executions = sandbox.run(jobs)
    verdicts = map(judge, executions, answers)
    num_latencies = max(2, min(num_runs, _MAX_LATENCIES))
    latencies_ms = [1000 * _wall_s(sandbox, job) for job, _ in islice(source, num_latencies)]
    percentiles = quantiles(latencies_ms, n=100, method="inclusive")
    return ProgramRuns(
        program=sample.name,
        way=way,
        num_cores=num_cores,
        num_runs=num_runs,
        num_wrong=sum(verdict is not Verdict.ACCEPTED for verdict in verdicts),
        runs_per_s=num_runs / watch.usage.wall_s,
        cpu_ms=1000 * watch.usage.cpu_s / num_runs,
        num_latencies=num_latencies,
        p50_ms=percentiles[49],
        p99_ms=percentiles[98],
    )


def _wall_s(sandbox: Sandbox, job: Job) -> float:
    started_s = time.perf_counter()
    sandbox.run([job])
    return time.perf_counter() - started_s
