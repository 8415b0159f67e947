"""The limits of a running program, as the supervisor watches them.

CPU time is that of the whole process, threads included. Wall time is a second, wider limit for
programs that wait; time in which the program was ready and the machine had no core for it does
not count. Memory is the resident set; the address space limit behind it is wide, since reserving
is not using.
"""

import os
import select
import signal
import time
from typing import NamedTuple

from tarot.sandbox import scratch, wire
from tarot.sandbox.vitals import Vitals
from tarot.sandbox.wire import Request

STARVED_FACTOR = 10

_FIRST_CHECK_MS = 5
_LAST_CHECK_MS = 25
_KIB = 1 << 10


class Descriptors(NamedTuple):
    """The files of one execution."""

    source: int
    stdin: int
    stdout: int
    stderr: int


class Watch:
    """One running program under its limits.

    `proc` is a descriptor of the host's /proc, without which memory is judged at the end alone;
    `folder` is a scratch folder without a size of its own, or None.
    """

    def __init__(
        self, pid: int, request: Request, files: Descriptors, proc: int | None, folder: str | None
    ) -> None:
        """Begin to count wall time."""
        self._pid = pid
        self._request = request
        self._files = files
        self._folder = folder
        self._pidfd = os.pidfd_open(pid)
        self._vitals = Vitals(self._pidfd, proc)
        self._started_s = self._seen_s = time.monotonic()
        self._ready_s = 0.0

    def until_end(self, control: int) -> int:
        """Wait for the program's end, or end it; says why, in the words of `wire`.

        The program also ends when the other side of `control` is closed.
        """
        try:
            stop = self._wait(control)
        finally:
            os.close(self._pidfd)
        if stop != wire.RAN:
            os.kill(self._pid, signal.SIGKILL)
        return stop

    def _wait(self, control: int) -> int:
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        poller.register(control, 0)
        pause_ms = _FIRST_CHECK_MS
        while not (events := poller.poll(pause_ms)):
            stop = self._exceeded()
            if stop != wire.RAN:
                return stop
            pause_ms = min(pause_ms + _FIRST_CHECK_MS, _LAST_CHECK_MS)
        ended = any(descriptor == self._pidfd for descriptor, _ in events)
        return wire.RAN if ended else wire.INFRASTRUCTURE

    def _exceeded(self) -> int:
        if self._cpu_s() >= self._request.cpu_s:
            return wire.TIME
        if self._vitals.resident_mb() > self._request.memory_mb:
            return wire.MEMORY
        if flooded(self._request, self._files) or self._is_scratch_full():
            return wire.OUTPUT
        return self._overdue()

    def _overdue(self) -> int:
        """Whether wall time is up; a program that the machine starved for too long is not judged.

        Between two checks a program counts as ready throughout if it is ready at the second one;
        of that time, what it did not compute it waited for a core, whichever of its threads did.
        """
        now_s = time.monotonic()
        if self._vitals.is_ready():
            self._ready_s += now_s - self._seen_s
        self._seen_s = now_s
        wall_s = now_s - self._started_s
        if wall_s < self._request.wall_s:
            return wire.RAN
        if wall_s - max(0.0, self._ready_s - self._cpu_s()) >= self._request.wall_s:
            return wire.TIME
        is_hopeless = wall_s >= STARVED_FACTOR * self._request.wall_s
        return wire.INFRASTRUCTURE if is_hopeless else wire.RAN

    def _is_scratch_full(self) -> bool:
        return self._folder is not None and scratch.usage_mb(self._folder) > scratch.SIZE_MB

    def _cpu_s(self) -> float:
        """CPU time by the process's clock, whose number is the kernel's CPUCLOCK encoding."""
        return time.clock_gettime((~self._pid << 3) | 2)


def flooded(request: Request, files: Descriptors) -> bool:
    """Whether output or errors fill the room that there is for them."""
    limit = request.output_kb * _KIB
    return any(os.fstat(file).st_size >= limit for file in (files.stdout, files.stderr))
