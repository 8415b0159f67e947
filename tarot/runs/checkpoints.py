"""Checkpoints that can be told from torn ones: `checkpoints/checkpoint-N` with a marker inside.

The trainer writes a checkpoint's files one by one; the marker follows when all are there. Keep at
least two checkpoints: the trainer removes older ones before the newest has its marker.
"""

import shutil
from pathlib import Path

from tarot.runs.files import write_atomically

PREFIX = "checkpoint-"
MARKER = "complete"


def mark_complete(checkpoint: Path) -> None:
    """Declare that every file of the checkpoint is written."""
    write_atomically(checkpoint / MARKER, b"")


def last_complete(folder: Path) -> Path | None:
    """The complete checkpoint of the highest step, or None."""
    complete = [path for path in _checkpoints(folder) if _is_complete(path)]
    return max(complete, key=checkpoint_step, default=None)


def remove_incomplete(folder: Path) -> None:
    """Remove the checkpoints that a killed process left without a marker."""
    for path in _checkpoints(folder):
        if not _is_complete(path):
            shutil.rmtree(path)


def checkpoint_step(checkpoint: Path) -> int:
    """The step after which a checkpoint was written, from its name."""
    return int(checkpoint.name.removeprefix(PREFIX))


def _checkpoints(folder: Path) -> list[Path]:
    paths = folder.glob(f"{PREFIX}*")
    return [path for path in paths if path.name.removeprefix(PREFIX).isdecimal()]


def _is_complete(checkpoint: Path) -> bool:
    return (checkpoint / MARKER).is_file()
