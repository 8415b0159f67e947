"""A lock that one process holds and that the kernel releases when it dies, by kill -9 too."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tarot.types import UserError


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
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait is None:
                raise UserError(_held(path)) from None
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _held(path: Path) -> str:
    return f"{path.parent}: process {path.read_text().strip()} runs it; wait for it or end it first"
