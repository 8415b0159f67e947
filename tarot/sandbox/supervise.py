"""One execution as the supervisor sees it: fork, watch the limits, collect, clean up.

CPU time is that of the whole process, threads included. Wall time is a second, wider limit for
programs that wait. Memory is the resident set; the address space limit behind it is wide, since
reserving is not using.
"""

import os
import resource
import select
import signal
import time
from typing import NamedTuple

from tarot.sandbox import scratch, wire
from tarot.sandbox.program import Confinement, Descriptors, become
from tarot.sandbox.wire import Reply, Request

_FIRST_CHECK_MS = 5
_LAST_CHECK_MS = 25
_KIB = 1 << 10
_PAGES_PER_MIB = (1 << 20) // resource.getpagesize()


class Cell(NamedTuple):
    """Where a slot's programs run; `proc` is a descriptor of the host's /proc or None."""

    confinement: Confinement
    scratch: str
    is_init: bool
    proc: int | None


def execute(request: Request, files: Descriptors, cell: Cell, control: int) -> Reply:
    """Run one program to its end and leave nothing of it behind."""
    started_s = time.monotonic()
    pid = os.fork()
    if pid == 0:
        become(request, files, cell.confinement)
    stop = _watch(pid, started_s, request, files, cell, control)
    _, status, usage = os.wait4(pid, 0)
    _clean(cell)
    exit_code = os.waitstatus_to_exitcode(status)
    cpu_s = usage.ru_utime + usage.ru_stime
    peak_mb = usage.ru_maxrss / _KIB
    if stop == wire.RAN:
        stop = _reason(exit_code, cpu_s, peak_mb, request, files)
    return Reply(exit_code, stop, cpu_s, time.monotonic() - started_s, peak_mb)


def _watch(
    pid: int, started_s: float, request: Request, files: Descriptors, cell: Cell, control: int
) -> int:
    """Wait for the program's end, or end it for the reason that is returned."""
    pidfd = os.pidfd_open(pid)
    try:
        poller = select.poll()
        poller.register(pidfd, select.POLLIN)
        poller.register(control, 0)
        pause_ms = _FIRST_CHECK_MS
        while not (events := poller.poll(pause_ms)):
            stop = _exceeded(pid, pidfd, started_s, request, files, cell)
            if stop != wire.RAN:
                os.kill(pid, signal.SIGKILL)
                return stop
            pause_ms = min(pause_ms + _FIRST_CHECK_MS, _LAST_CHECK_MS)
        if all(descriptor != pidfd for descriptor, _ in events):
            os.kill(pid, signal.SIGKILL)
            return wire.INFRASTRUCTURE
        return wire.RAN
    finally:
        os.close(pidfd)


def _exceeded(
    pid: int, pidfd: int, started_s: float, request: Request, files: Descriptors, cell: Cell
) -> int:
    if _cpu_s(pid) >= request.cpu_s or time.monotonic() - started_s >= request.wall_s:
        return wire.TIME
    if cell.proc is not None and _resident_mb(cell.proc, pidfd) > request.memory_mb:
        return wire.MEMORY
    if _flooded(request, files) or (not cell.is_init and _is_full(cell.scratch)):
        return wire.OUTPUT
    return wire.RAN


def _reason(
    exit_code: int, cpu_s: float, peak_mb: float, request: Request, files: Descriptors
) -> int:
    """Why a program ended that the supervisor did not end."""
    if exit_code == -signal.SIGSYS:
        return wire.SECURITY
    if _flooded(request, files):
        return wire.OUTPUT
    if peak_mb > request.memory_mb:
        return wire.MEMORY
    if cpu_s >= request.cpu_s:
        return wire.TIME
    return wire.INFRASTRUCTURE if exit_code == -signal.SIGKILL else wire.RAN


def _flooded(request: Request, files: Descriptors) -> bool:
    limit = request.output_kb * _KIB
    return any(os.fstat(f).st_size >= limit for f in (files.stdout, files.stderr))


def _is_full(folder: str) -> bool:
    """Whether a scratch folder without a size of its own holds too much."""
    return scratch.usage_mb(folder) > scratch.SIZE_MB


def _cpu_s(pid: int) -> float:
    """CPU time of a process by its clock, whose number is the kernel's CPUCLOCK encoding."""
    return time.clock_gettime((~pid << 3) | 2)


def _resident_mb(proc: int, pidfd: int) -> float:
    """Resident memory, or 0.0 once the process is gone.

    The process is looked up by the host's id of it, which the descriptor's own entry states.
    """
    try:
        entry = _read(proc, f"self/fdinfo/{pidfd}")
        host_pid = entry.partition("Pid:")[2].split(maxsplit=1)[0]
        return int(_read(proc, f"{host_pid}/statm").split()[1]) / _PAGES_PER_MIB
    except (OSError, IndexError):
        return 0.0


def _read(folder: int, path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY, dir_fd=folder)
    try:
        return os.read(descriptor, 4096).decode()
    finally:
        os.close(descriptor)


def _clean(cell: Cell) -> None:
    if cell.is_init:
        _end_everything()
    scratch.wipe(cell.scratch)


def _end_everything() -> None:
    """Kill and reap all that is left in this PID namespace, of which this process is the init."""
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.wait()
    except (ProcessLookupError, ChildProcessError):
        pass
