"""What each process of a training leaves in its run's `logs`, where the launcher asks for it.

Standard error of every process, standard output of all but the first, and the exit code of one
that was not killed, unless the disk is full.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from tarot.runs.directory import RunDirectory
from tarot.runs.exits import Exit

KEEP_LOGS = "TAROT_KEEP_LOGS"


def logged(run: RunDirectory, work: Callable[[], Exit]) -> Exit:
    """Do the whole work of this process and give back its exit code."""
    if KEEP_LOGS not in os.environ:
        return work()
    rank = int(os.environ.get("RANK", "0"))
    run.logs_path.mkdir(exist_ok=True)
    _append(sys.stderr, run.stderr_of(rank))
    if rank:
        _append(sys.stdout, run.stdout_of(rank))
    code = Exit.FAILED
    try:
        code = work()
    finally:
        with suppress(OSError):
            run.exit_of(rank).write_text(f"{code.value}\n")
    return code


def exit_code(run: RunDirectory, rank: int) -> int | None:
    """How a process ended; None where it left no word: it was killed."""
    path = run.exit_of(rank)
    return int(path.read_text()) if path.exists() else None


def _append(stream: TextIO, log: Path) -> None:
    """Have the stream, and what child processes inherit of it, go to the end of a file."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), stream.fileno())
