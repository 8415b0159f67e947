"""A lock that one process holds and that the kernel releases when it dies, by kill -9 too."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tarot.types import UserError

# `is_held` takes a lock for an instant, which is no reason to give up.
_ATTEMPTS = 5
_PAUSE_S = 0.02


@contextmanager
def exclusive(path: Path, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock file, which then contains this process's id.

    If another process holds it, that is a UserError, or with `on_wait` told so and waited for.

    Forked children let go of it at once, so one that outlives its parent does not keep the lock.
    The file stays: removing it would let two processes lock two files of one name. File systems
    without `flock` over the network are not covered.
    """
    with path.open("a+") as file:
        os.register_at_fork(after_in_child=file.close)
        if not _take(file):
            if on_wait is None:
                raise UserError(_held(path))
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def is_held(path: Path) -> bool:
    """Whether a process holds the lock file now; this one too, if it does."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def last_holder(path: Path) -> int | None:
    """The id of the process that holds the lock file or held it last; None before the first."""
    text = path.read_text().strip() if path.exists() else ""
    return int(text) if text else None


def _take(file: IO[str]) -> bool:
    """Take the lock unless another process keeps it."""
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return True
    return False


def _held(path: Path) -> str:
    return f"{path.parent}: process {last_holder(path)} runs it; wait for it or end it first"
