"""The ways to run programs that are measured side by side.

`python -c` by subprocess is the published way: the interpreter of this environment, no flags, a
time limit on the wall. The same by a pool of processes, and behind bubblewrap where that is
installed. All of them run one program a core at a time.
"""

import contextlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from enum import StrEnum
from functools import cache, partial

from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, Job, Sandbox, StopReason

_PYTHON = (sys.executable, "-c")
_BUBBLEWRAP = (
    *("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
    *("--unshare-all", "--die-with-parent"),
    "--as-pid-1",  # without a process in between, whose death would take CPU times with it
)


class Way(StrEnum):
    """A way to run programs."""

    SANDBOX = "sandbox"
    SUBPROCESS = "python -c"
    PROCESS_POOL = "ProcessPool"
    BUBBLEWRAP = "bubblewrap"

    @property
    def fault(self) -> str | None:
        """Why there is no such way on this machine, or None."""
        return _fault_of_bubblewrap() if self is Way.BUBBLEWRAP else None

    @contextlib.contextmanager
    def opened(self, num_at_once: int | None = None) -> Iterator[Sandbox]:
        """A sandbox that runs programs this way, `num_at_once` of them, by default one a core."""
        num_programs = num_at_once or len(os.sched_getaffinity(0))
        sandbox = _open(self, num_programs)
        try:
            yield sandbox
        finally:
            sandbox.close()


class Subprocesses:
    """A new interpreter for each program; a sandbox in its interface alone."""

    def __init__(self, pool: Executor, prefix: Sequence[str] = ()) -> None:
        """Start interpreters from the workers of `pool`, with the words of `prefix` in front."""
        self._pool = pool
        self._command = (*prefix, *_PYTHON)

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; of the limits, only CPU seconds hold, on the wall."""
        return list(self._pool.map(partial(_execute, self._command), jobs))

    def close(self) -> None:
        """End the workers; idempotent."""
        self._pool.shutdown()


def available_ways() -> list[Way]:
    """The ways that this machine offers."""
    return [way for way in Way if way.fault is None]


def _open(way: Way, num_programs: int) -> Sandbox:
    if way is Way.SANDBOX:
        return LocalSandbox(slots=num_programs)
    if way is Way.PROCESS_POOL:
        spawning = multiprocessing.get_context("spawn")
        return Subprocesses(ProcessPoolExecutor(num_programs, mp_context=spawning))
    prefix = _BUBBLEWRAP if way is Way.BUBBLEWRAP else ()
    return Subprocesses(ThreadPoolExecutor(num_programs), prefix)


def _execute(command: Sequence[str], job: Job) -> Execution:
    started_s = time.perf_counter()
    try:
        ended = subprocess.run(
            [*command, job.program.source],
            input=job.stdin,
            capture_output=True,
            timeout=job.limits.cpu_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        wall_s = time.perf_counter() - started_s
        return Execution(b"", b"", None, 0.0, wall_s, 0.0, StopReason.TIME)
    wall_s = time.perf_counter() - started_s
    return Execution(ended.stdout, ended.stderr, ended.returncode, 0.0, wall_s, 0.0)


@cache
def _fault_of_bubblewrap() -> str | None:
    if shutil.which(_BUBBLEWRAP[0]) is None:
        return "not installed"
    ended = subprocess.run([*_BUBBLEWRAP, *_PYTHON, "pass"], capture_output=True, check=False)
    if ended.returncode == 0:
        return None
    words = ended.stderr.decode(errors="replace").strip().splitlines()
    return f"does not run here: {words[-1] if words else f'exit code {ended.returncode}'}"
