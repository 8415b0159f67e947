"""The control group layer: a slot and its programs in cgroups (version 2) of their own.

    tarot-PID-NAME/    the slot's, which hands memory and pids to the two below
        supervisor/    the supervisor, which no program's memory is at the expense of
        program/       one program at a time, behind memory.max and pids.max

It bounds at any moment what is polled otherwise, counts memory that is mapped nowhere, bounds
the threads of an ordinary user, and ends what a program leaves running. It hides nothing: a
program that sees the control groups of its own user could leave its own.
"""

import contextlib
import os
import time

from tarot.sandbox import scratch
from tarot.sandbox.clone import Fork
from tarot.sandbox.wire import Request

CONTROLLERS = ("memory", "pids")
ENABLE = " ".join(f"+{name}" for name in CONTROLLERS)

_NUM_TASKS = 128
_KERNEL_MB = 32  # page tables, pipes, sockets and stacks of threads, which are charged too
_KIB, _MIB = 1 << 10, 1 << 20
_REMOVE_TIMEOUT_S = 2.0
_PAUSE_S = 0.001


class ProgramGroup:
    """The control group of a slot's programs, held by descriptors that outlive all rights."""

    def __init__(self, folder: str, owner: int) -> None:
        """Make the groups in `folder` and enter the supervisor's; raises OSError.

        `owner` is the user that this process becomes before it forks.
        """
        make(folder, owner, ENABLE)
        write(f"{folder}/supervisor/cgroup.procs", "0")
        program = f"{folder}/program"
        _limit(program)
        self._max = os.open(f"{program}/memory.max", os.O_WRONLY)
        self._memory_events = os.open(f"{program}/memory.events", os.O_RDONLY)
        self._events = os.open(f"{program}/cgroup.events", os.O_RDONLY)
        self._kill = _open_kill(program)
        self._max_bytes = 0
        self._num_kills = self._count_kills()
        self.fork = Fork(os.open(program, os.O_PATH | os.O_DIRECTORY))

    def rehearse(self) -> None:
        """Fork a child that does nothing; raises OSError where the rights for it are gone."""
        pid = self.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)

    def admit(self, request: Request) -> None:
        """Set the limit for the next program, with room for its files, which are charged to it."""
        files_bytes = scratch.SIZE_MB * _MIB + 2 * request.output_kb * _KIB
        max_bytes = (request.memory_mb + _KERNEL_MB) * _MIB + files_bytes
        if max_bytes != self._max_bytes:
            os.write(self._max, str(max_bytes).encode())
            self._max_bytes = max_bytes
        self._num_kills = self._count_kills()

    def ran_out(self) -> bool:
        """Whether the kernel ended the program for its own memory, not for the machine's."""
        counts = zip(self._num_kills, self._count_kills(), strict=True)
        return all(now > before for before, now in counts)

    def clear(self) -> None:
        """End what is left of a program, where the kernel can, and wait until it is gone."""
        while self._kill is not None and b"populated 1" in os.pread(self._events, 4096, 0):
            os.write(self._kill, b"1")
            time.sleep(_PAUSE_S)

    def _count_kills(self) -> tuple[int, int]:
        """How often the group was out of its memory, and how many of it were killed for any."""
        counts = os.pread(self._memory_events, 4096, 0).split()
        return int(counts[counts.index(b"oom") + 1]), int(counts[counts.index(b"oom_kill") + 1])


def make(folder: str, owner: int, enable: str) -> None:
    """Make a slot's groups, in which `owner` may fork programs; raises OSError."""
    os.mkdir(folder)
    write(f"{folder}/cgroup.subtree_control", enable)
    for name in ("supervisor", "program"):
        os.mkdir(f"{folder}/{name}")
    for place in (folder, f"{folder}/program"):
        os.chown(f"{place}/cgroup.procs", owner, -1)


def remove(folder: str) -> None:
    """End all that runs in a slot's groups and remove them, where they exist; raises OSError."""
    if not os.path.isdir(folder):
        return
    with contextlib.suppress(FileNotFoundError):
        write(f"{folder}/cgroup.kill", "1")
    deadline_s = time.monotonic() + _REMOVE_TIMEOUT_S
    while not _is_removed(folder):
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{folder}: a process in it does not end")
        time.sleep(_PAUSE_S)


def remove_empty(folder: str) -> None:
    """Remove a slot's groups; raises OSError, and leaves them whole, where the slot lives."""
    for path in (f"{folder}/supervisor", f"{folder}/program", folder):
        with contextlib.suppress(FileNotFoundError):
            os.rmdir(path)


def write(path: str, text: str) -> None:
    """Write to a control file, in one call; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _limit(program: str) -> None:
    write(f"{program}/pids.max", str(_NUM_TASKS))
    write(f"{program}/memory.oom.group", "1")
    with contextlib.suppress(FileNotFoundError):
        write(f"{program}/memory.swap.max", "0")


def _open_kill(program: str) -> int | None:
    """A descriptor that ends all in the group; there is none before Linux 5.14."""
    try:
        return os.open(f"{program}/cgroup.kill", os.O_WRONLY)
    except FileNotFoundError:
        return None


def _is_removed(folder: str) -> bool:
    try:
        remove_empty(folder)
    except OSError:
        return False
    return True
