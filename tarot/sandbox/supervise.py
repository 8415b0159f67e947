"""One execution as the supervisor sees it: fork, watch, collect, clean up."""

import os
import signal
import time
from typing import NamedTuple

from tarot.sandbox import scratch, wire
from tarot.sandbox.cgroup import ProgramGroup
from tarot.sandbox.program import Confinement, become
from tarot.sandbox.watch import Descriptors, Watch, flooded
from tarot.sandbox.wire import Reply, Request

_KIB = 1 << 10


class Cell(NamedTuple):
    """Where a slot's programs run.

    `proc` is a descriptor of the host's /proc or None; `is_init` says that this process is the
    first of a PID namespace, and that the scratch folder has a size of its own. `group` is None
    where control groups are not in use.
    """

    confinement: Confinement
    scratch: str
    is_init: bool
    proc: int | None
    group: ProgramGroup | None


def execute(request: Request, files: Descriptors, cell: Cell, control: int) -> Reply:
    """Run one program to its end and leave nothing of it behind."""
    started_s = time.monotonic()
    pid = _fork(request, cell.group)
    if pid == 0:
        become(request, files, cell.confinement)
    unbounded = None if cell.is_init else cell.scratch
    stop = Watch(pid, request, files, cell.proc, unbounded).until_end(control)
    _, status, usage = os.wait4(pid, 0)
    exit_code = os.waitstatus_to_exitcode(status)
    lacked_room = unbounded is not None and _lacked_room(unbounded, exit_code)
    _clean(cell)
    cpu_s = usage.ru_utime + usage.ru_stime
    peak_mb = usage.ru_maxrss / _KIB
    if stop == wire.RAN:
        stop = _reason(exit_code, cpu_s, peak_mb, request, files)
    if stop == wire.INFRASTRUCTURE and cell.group is not None and cell.group.ran_out():
        stop = wire.MEMORY
    if stop == wire.RAN and lacked_room:
        stop = wire.INFRASTRUCTURE
    return Reply(exit_code, stop, cpu_s, time.monotonic() - started_s, peak_mb)


def _fork(request: Request, group: ProgramGroup | None) -> int:
    if group is None:
        return os.fork()
    group.admit(request)
    return group.fork()


def _reason(
    exit_code: int, cpu_s: float, peak_mb: float, request: Request, files: Descriptors
) -> int:
    """Why a program ended that the supervisor did not end."""
    if exit_code == -signal.SIGSYS:
        return wire.SECURITY
    if flooded(request, files):
        return wire.OUTPUT
    if peak_mb > request.memory_mb:
        return wire.MEMORY
    if cpu_s >= request.cpu_s:
        return wire.TIME
    return wire.INFRASTRUCTURE if exit_code == -signal.SIGKILL else wire.RAN


def _lacked_room(folder: str, exit_code: int) -> bool:
    """Whether a full disk may be why a program failed, or why it printed what it did."""
    return scratch.is_starved(folder) and (exit_code != 0 or bool(os.listdir(folder)))


def _clean(cell: Cell) -> None:
    if cell.is_init:
        _end_everything()
    elif cell.group is not None:
        cell.group.clear()
    scratch.wipe(cell.scratch)


def _end_everything() -> None:
    """Kill and reap all that is left in this PID namespace, of which this process is the init."""
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.wait()
    except (ProcessLookupError, ChildProcessError):
        pass
