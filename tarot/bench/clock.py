"""What a measurement reads: wall time, and the CPU time of everything that this process caused.

A process that lives is read in /proc, in steps of 10 ms, together with those that it reaped; one
that this process reaped itself is in its own count. The slots of a sandbox, their programs and
the workers of a pool are so counted wherever they stand in the tree.

Not covered: processes whose parent died before it reaped them, such as those of a slot that was
replaced under way, and what the kernel does for others in its own threads.
"""

import contextlib
import os
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """Wall time and CPU time of a stretch; `caller_cpu_s` is this process's part of the latter."""

    wall_s: float
    cpu_s: float
    caller_cpu_s: float


class Stopwatch:
    """Measures the block of a `with` statement; `usage` is there after its end.

    What reading the clocks costs is no part of it.
    """

    usage: Usage

    def __enter__(self) -> Self:
        """Begin."""
        self._others_s = _others_cpu_s()
        self._caller_s = _cpu_s(resource.RUSAGE_SELF)
        self._started_s = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        wall_s = time.perf_counter() - self._started_s
        caller_s = _cpu_s(resource.RUSAGE_SELF) - self._caller_s
        self.usage = Usage(wall_s, caller_s + _others_cpu_s() - self._others_s, caller_s)


@contextlib.contextmanager
def bound_to(cores: Sequence[int]) -> Iterator[None]:
    """Keep this thread, and all that it starts, on `cores`."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _others_cpu_s() -> float:
    """CPU time of every descendant, dead or alive."""
    living = psutil.Process().children(recursive=True)
    return _cpu_s(resource.RUSAGE_CHILDREN) + sum(map(_family_cpu_s, living))


def _family_cpu_s(process: psutil.Process) -> float:
    """CPU time of a process and of those that it reaped."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return float(sum(process.cpu_times()[:4]))
    return 0.0


def _cpu_s(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime
