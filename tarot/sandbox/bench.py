"""How fast programs run in the local sandbox and in the way that it replaces, side by side.

The baseline is `python -c` by subprocess: the interpreter of this environment, without flags, one
after another in as many threads as cores. Both sides are bound to the same cores. CPU time counts
every process on the way: the caller, the slots, the programs. The bare fork is the same warm
interpreter forking a child that exits at once; nothing that forks can be cheaper.

Not covered: the cost of starting slots, which is paid once, and machines under other load, whose
rates (not their CPU times) are worth nothing.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import psutil
from rich.table import Table

from tarot.sandbox.launch import output_of_script
from tarot.sandbox.local import LAYERS, LocalSandbox
from tarot.sandbox.seat import Kind
from tarot.types import Job, Limits, Program

LIMITS = Limits(cpu_s=10.0, wall_s=60.0, memory_mb=1024, output_kb=1024)
PROGRAMS = {
    "trivial": "print(int(input()) + 1)",
    "light": "n = int(input())\nprint(sum(i * i for i in range(20000)) + n)",
    "numpy": "import numpy as np\nprint(np.arange(int(input())).sum())",
}
STDIN = b"41\n"

SANDBOX, SUBPROCESS, FORK = "sandbox", "python -c", "bare fork"

_FORK_SCRIPT = """
import gc, os, resource, time
def cpu_s():
    usages = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
gc.collect(); gc.freeze(); gc.disable()
before, times = cpu_s(), []
for _ in range({num_runs}):
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    times.append(time.perf_counter() - started)
print(cpu_s() - before, *times)
"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One way to run one program many times; latencies are of single runs on an idle slot."""

    program: str
    way: str
    num_cores: int
    num_runs: int
    runs_per_s: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Bench:
    """All measurements, and the layers that the sandbox had on."""

    layers: tuple[str, ...]
    measurements: tuple[Measurement, ...]

    def find(self, program: str, way: str, num_cores: int) -> Measurement:
        """The measurement of one program in one way; raises KeyError."""
        for one in self.measurements:
            if (one.program, one.way, one.num_cores) == (program, way, num_cores):
                return one
        raise KeyError((program, way, num_cores))

    def ratios(self) -> dict[str, float]:
        """Throughput over the baseline's, and the CPU of a trivial run over a bare fork's."""
        found = {}
        for one in self.measurements:
            if one.way == SANDBOX:
                other = self.find(one.program, SUBPROCESS, one.num_cores)
                name = f"{one.program} on {one.num_cores}: throughput over {SUBPROCESS}"
                found[name] = one.runs_per_s / other.runs_per_s
        fork, trivial = (self.find("trivial", way, 1) for way in (FORK, SANDBOX))
        return found | {"trivial on 1: CPU over a bare fork": trivial.cpu_ms / fork.cpu_ms}

    def to_json(self) -> str:
        """Everything as JSON, keys sorted."""
        return json.dumps(asdict(self) | {"ratios": self.ratios()}, indent=2, sort_keys=True)

    def table(self) -> Table:
        """Everything as a table."""
        table = Table(title=f"layers: {', '.join(self.layers) or 'none'}")
        for column in ("program", "way", "cores", "runs", "runs/s", "CPU ms", "p50 ms", "p99 ms"):
            table.add_column(column, justify="left" if column in ("program", "way") else "right")
        for one in self.measurements:
            numbers = (one.runs_per_s, one.cpu_ms, one.p50_ms, one.p99_ms)
            counts = (str(one.num_cores), str(one.num_runs))
            table.add_row(one.program, one.way, *counts, *(f"{n:.2f}" for n in numbers))
        for name, ratio in self.ratios().items():
            table.add_row(name, "ratio", "", "", f"{ratio:.2f}")
        return table


def run_bench(
    num_runs: int = 400,
    num_baseline_runs: int = 60,
    cores: Sequence[int] | None = None,
    programs: Mapping[str, str] = PROGRAMS,
    layers: Sequence[str] = LAYERS,
) -> Bench:
    """Measure `programs` in the sandbox and by the baseline in turn, on each number of `cores`.

    `programs` are source texts by name that read the number 41; one is called "trivial". `cores`
    is one and all by default. The baseline, being slow, runs each program `num_baseline_runs`
    times.
    """
    available = sorted(os.sched_getaffinity(0))
    measurements = [_forks(num_runs, available[:1])]
    active: frozenset[str] = frozenset()
    for num_cores in cores or sorted({1, len(available)}):
        with _bound_to(available[:num_cores]):
            sandbox = LocalSandbox(layers=layers)
            active = sandbox.layers
            for name, source in programs.items():
                measurements.append(_in_sandbox(sandbox, name, source, num_runs))
                measurements.append(_by_subprocess(name, source, num_baseline_runs))
            sandbox.close()
    return Bench(tuple(name for name in LAYERS if name in active), tuple(measurements))


def _in_sandbox(sandbox: LocalSandbox, name: str, source: str, num_runs: int) -> Measurement:
    job = Job(Program(source), STDIN, LIMITS)

    def run(count: int) -> None:
        if any(execution.exit_code != 0 for execution in sandbox.run([job] * count)):
            raise RuntimeError(f"the program {name!r} failed in the sandbox")

    def cpu_s() -> float:
        return _own_cpu_s() + sum(_family_cpu_s(pid) for pid in sandbox.pids())

    return _measure(name, SANDBOX, num_runs, run, cpu_s)


def _by_subprocess(name: str, source: str, num_runs: int) -> Measurement:
    def run_one(_: int) -> None:
        command = [sys.executable, "-c", source]
        subprocess.run(command, input=STDIN, capture_output=True, check=True)

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return _measure(
            name,
            SUBPROCESS,
            num_runs,
            run=lambda count: list(pool.map(run_one, range(count))),
            cpu_s=lambda: _own_cpu_s() + _cpu_s(resource.RUSAGE_CHILDREN),
        )


def _measure(
    program: str,
    way: str,
    num_runs: int,
    run: Callable[[int], object],
    cpu_s: Callable[[], float],
) -> Measurement:
    num_cores = len(os.sched_getaffinity(0))
    run(2 * num_cores)
    cpu_before_s, started_s = cpu_s(), time.perf_counter()
    run(num_runs)
    wall_s, used_s = time.perf_counter() - started_s, cpu_s() - cpu_before_s
    latencies_ms = [1000 * _duration_s(run) for _ in range(max(20, num_runs // 4))]
    percentiles = statistics.quantiles(latencies_ms, n=100)
    return Measurement(
        program=program,
        way=way,
        num_cores=num_cores,
        num_runs=num_runs,
        runs_per_s=num_runs / wall_s,
        cpu_ms=1000 * used_s / num_runs,
        p50_ms=percentiles[49],
        p99_ms=percentiles[98],
    )


def _duration_s(run: Callable[[int], object]) -> float:
    started_s = time.perf_counter()
    run(1)
    return time.perf_counter() - started_s


def _forks(num_runs: int, cores: Sequence[int]) -> Measurement:
    """Bare forks of an interpreter that has imported what a slot has."""
    with _bound_to(cores):
        output = output_of_script(_FORK_SCRIPT.format(num_runs=num_runs), Kind.PLAIN.modules)
    cpu_s, *latencies_s = map(float, output.split())
    percentiles = statistics.quantiles(latencies_s, n=100)
    return Measurement(
        program="trivial",
        way=FORK,
        num_cores=1,
        num_runs=num_runs,
        runs_per_s=num_runs / sum(latencies_s),
        cpu_ms=1000 * cpu_s / num_runs,
        p50_ms=1000 * percentiles[49],
        p99_ms=1000 * percentiles[98],
    )


@contextmanager
def _bound_to(cores: Sequence[int]) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _own_cpu_s() -> float:
    return _cpu_s(resource.RUSAGE_SELF)


def _cpu_s(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _family_cpu_s(pid: int) -> float:
    """CPU time of a process, of its descendants that live, and of those that were reaped."""
    keeper = psutil.Process(pid)
    times = [process.cpu_times() for process in (keeper, *keeper.children(recursive=True))]
    return float(sum(t.user + t.system + t.children_user + t.children_system for t in times))
