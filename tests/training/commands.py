"""Commands that fail or are stopped, and whether anything of them is left afterwards."""

import ctypes
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from tests.training.workplace import ROOT, Finished, Workplace, wait_for

PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Ended:
    """A command that came to its end, how long that took, and which processes it left behind."""

    finished: Finished
    wait_s: float
    left: list[str]

    @property
    def code(self) -> int:
        return self.finished.returncode

    @property
    def lines(self) -> list[str]:
        """What it said on standard error."""
        return self.finished.stderr.splitlines()


def start(place: Workplace, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """`python train.py` with the settings of the place and `arguments`."""
    return place.start(str(ROOT / "train.py"), *place.settings, *arguments, **variables)


def stop_when_held(place: Workplace, *arguments: str, held_in: str, num_signals: int = 1) -> Ended:
    """SIGTERM to the command while a process of it is held in a call of the sandbox."""
    held = place.folder / "held"
    held.unlink(missing_ok=True)
    process = start(place, *arguments, HOLD_IN=held_in, HOLD_FOR=str(num_signals))
    wait_for(lambda: held.exists() or process.poll() is not None)
    assert process.poll() is None, place.finish(process).stderr
    assert len(descendants()) > 1
    for _ in range(num_signals):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
    return ended(place, process)


def ended(place: Workplace, process: "subprocess.Popen[str]") -> Ended:
    """Wait for the end of a command, which is the only one that runs."""
    since_s = time.monotonic()
    finished = place.finish(process)
    return Ended(finished, time.monotonic() - since_s, sorted(descendants()))


def descendants() -> list[str]:
    """The commands of all living processes that come of this one."""
    lines = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                lines.append(" ".join(process.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return lines


@contextmanager
def orphans_adopted() -> Iterator[None]:
    """Inside, a process whose parent dies becomes a child of this one, and so is found."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1) == 0
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0)
