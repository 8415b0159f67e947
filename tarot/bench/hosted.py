"""A hosted sandbox beside one on this machine: start, round trips, a batch, and what it took."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

from pydantic import TypeAdapter

from tarot.bench.programs import TRIVIAL, jobs_of
from tarot.bench.workload import Completion, make_batch
from tarot.config.benches import BenchHostedConfig
from tarot.config.schema import Node
from tarot.config.targets import build
from tarot.grading.grader import Grader
from tarot.sandbox.cloud.usage import MeteredSandbox, SandboxUsage
from tarot.types import Execution, Job, Limits, Sandbox, Verdict

Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rewarding:
    """A batch that was rewarded once, none of it known from before."""

    wall_s: float
    num_executions: int
    verdicts: dict[Verdict, int]

    @property
    def programs_per_s(self) -> float:
        """Executions a second."""
        return self.num_executions / self.wall_s


@dataclass(frozen=True, slots=True)
class HostedRun:
    """One sandbox, by the name of its class.

    `start_s` lasts until it could run a first program. `first` holds the making of what the batch
    takes beyond that, and `again` does not. `usage` is to its end, None where it has no account.
    """

    sandbox: str
    start_s: float
    round_trips_ms: tuple[float, ...]
    first: Rewarding
    again: Rewarding
    usage: SandboxUsage | None

    @property
    def round_trip_ms(self) -> float:
        """The median of all."""
        return median(self.round_trips_ms)


@dataclass(frozen=True, slots=True)
class HostedReport:
    """What was measured so far, the hosted sandbox first."""

    config: BenchHostedConfig
    runs: tuple[HostedRun, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """The report as plain data for JSON."""
        return dict(_ADAPTER.dump_python(self, mode="json"))


_ADAPTER = TypeAdapter(HostedReport)


def measure_hosted(config: BenchHostedConfig, announce: Announce) -> Iterator[HostedReport]:
    """The report after each of the two, whose name is announced before; raises UserError."""
    report = HostedReport(config)
    completions = make_batch(config.batch)
    for node in (config.sandbox, config.beside):
        announce(_name(node))
        report = HostedReport(config, (*report.runs, _run_of(node, config, completions)))
        yield report


def _run_of(node: Node, config: BenchHostedConfig, completions: Sequence[Completion]) -> HostedRun:
    limits = Limits(config.batch.cpu_s, config.batch.wall_s, memory_mb=512, output_kb=1024)
    jobs = [job for job, _ in islice(jobs_of(TRIVIAL), 1 + config.num_round_trips)]
    started_s = time.perf_counter()
    sandbox: Sandbox = build("sandbox", node)
    try:
        sandbox.run(jobs[:1])
        start_s = time.perf_counter() - started_s
        round_trips_ms = tuple(1000 * _wall_s(sandbox, job) for job in jobs[1:])
        first, again = (_rewarding(sandbox, limits, completions) for _ in range(2))
    finally:
        sandbox.close()
    usage = sandbox.usage() if isinstance(sandbox, MeteredSandbox) else None
    return HostedRun(_name(node), start_s, round_trips_ms, first, again, usage)


def _rewarding(sandbox: Sandbox, limits: Limits, completions: Sequence[Completion]) -> Rewarding:
    """With a grader that knows nothing yet; it is not closed, since the sandbox goes on."""
    executions: list[Execution] = []
    grader = Grader(sandbox, limits)
    items = [(completion.problem, completion.text) for completion in completions]
    started_s = time.perf_counter()
    grades = grader.grade(items, executions.extend)
    wall_s = time.perf_counter() - started_s
    verdicts = Counter(result.verdict for grade in grades for result in grade.results)
    return Rewarding(wall_s, len(executions), dict(sorted(verdicts.items())))


def _wall_s(sandbox: Sandbox, job: Job) -> float:
    started_s = time.perf_counter()
    sandbox.run([job])
    return time.perf_counter() - started_s


def _name(node: Node) -> str:
    return str(node["_target_"]).rpartition(".")[2]
