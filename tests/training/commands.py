"""Commands that fail or are stopped, and whether anything of them is left afterwards."""

import ctypes
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from tarot.runs.signals import REPETITION_S
from tests.training.workplace import ROOT, Finished, Workplace, wait_for

PR_SET_CHILD_SUBREAPER = 36
# The second is not to pass for a repetition, also where the first is delivered late.
BETWEEN_SIGNALS_S = 3 * REPETITION_S[signal.SIGINT]
# On such a disk one checkpoint of the tiny model fits and two don't, and several do.
SMALL_KB, LARGE_KB = 10_000, 100_000
# What other tests of this process have started.
STRANGERS: set[psutil.Process] = set()


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
    """SIGTERM, then Ctrl-C, to the command while a process of it is held in the sandbox."""
    held = place.folder / "held"
    held.unlink(missing_ok=True)
    process = start(place, *arguments, HOLD_IN=held_in, HOLD_FOR=str(num_signals))
    wait_for(lambda: held.exists() or process.poll() is not None)
    assert process.poll() is None, place.finish(process).stderr
    assert len(descendants(STRANGERS)) > 1
    for number in (signal.SIGTERM, signal.SIGINT)[:num_signals]:
        process.send_signal(number)
        time.sleep(BETWEEN_SIGNALS_S)
    return ended(place, process)


def ended(place: Workplace, process: "subprocess.Popen[str]") -> Ended:
    """Wait for the end of a command, which is the only one that runs."""
    since_s = time.monotonic()
    finished = place.finish(process)
    return Ended(finished, time.monotonic() - since_s, sorted(descendants(STRANGERS)))


def descendants(others: Iterable[psutil.Process]) -> list[str]:
    """The commands of all living processes that come of this one, but for others of its."""
    lines = []
    for process in set(psutil.Process().children(recursive=True)) - set(others):
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
    STRANGERS.update(psutil.Process().children(recursive=True))
    try:
        yield
    finally:
        STRANGERS.clear()
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0)
