"""Checkpoints that can be told from torn ones: `checkpoints/checkpoint-N` with a marker inside.

The trainer writes a checkpoint's files one by one; the marker follows when all are there, and has
a note on each of them, by which a checkpoint that was whole is known to be so still. An empty
marker, as in older runs, is believed. Keep at least two checkpoints: a broken one needs another
before it.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tarot.runs.contents import FileNote, first_fault, notes_of, readable
from tarot.runs.files import write_atomically

PREFIX = "checkpoint-"
MARKER = "complete"
KEPT_PREFIX = "broken-"

_NOTES = TypeAdapter(dict[str, FileNote])


@dataclass(frozen=True, slots=True)
class Found:
    """The checkpoint to go on from, None for the start, and a line on each that is broken."""

    checkpoint: Path | None
    complaints: tuple[str, ...] = ()


def mark_complete(checkpoint: Path) -> None:
    """Declare that every file of the checkpoint is written, and note what is in it."""
    (checkpoint / MARKER).unlink(missing_ok=True)
    notes = _NOTES.dump_json(notes_of(checkpoint), indent=1)
    write_atomically(checkpoint / MARKER, notes + b"\n")


def last_complete(folder: Path) -> Path | None:
    """The complete checkpoint of the highest step, or None; what is in it is not looked at."""
    return next(iter(newest_first(folder)), None)


def newest_first(folder: Path) -> list[Path]:
    """The complete checkpoints, that of the highest step first."""
    complete = [path for path in _checkpoints(folder) if _is_complete(path)]
    return sorted(complete, key=checkpoint_step, reverse=True)


def kept_steps(folder: Path) -> str:
    """The steps of the complete checkpoints, as a line has them."""
    return ", ".join(map(str, sorted(complete_steps(folder)))) or "none"


def complete_steps(folder: Path) -> set[int]:
    """The steps of the complete checkpoints."""
    return {checkpoint_step(path) for path in newest_first(folder)}


def find_whole(folder: Path) -> Found:
    """The newest checkpoint that is as it was saved; newer ones are out of the way afterwards.

    Where an older one is whole, broken ones are removed. Where none is, their weights may be all
    that is left of the run: they are kept under a name that no run goes on from.
    """
    broken: list[tuple[Path, str]] = []
    for checkpoint in newest_first(folder):
        fault = fault_of(checkpoint)
        if fault is None:
            for path, _ in broken:
                shutil.rmtree(path)
            then = f"going on from {checkpoint.name}"
            return Found(checkpoint, tuple(_complaint(*one, then) for one in broken))
        broken.append((checkpoint, fault))
    return Found(None, tuple(_complaint(*one, _kept(one[0])) for one in broken))


def remove_incomplete(folder: Path) -> None:
    """Remove the checkpoints that a killed process left without a marker."""
    for path in _checkpoints(folder):
        if not _is_complete(path):
            shutil.rmtree(path)


def remove_older(folder: Path, limit: int | None, kept: int | None) -> None:
    """Remove all complete checkpoints but the newest `limit`, and that of step `kept`.

    Without a limit above 0 all stay.
    """
    if limit is None or limit <= 0:
        return
    for checkpoint in newest_first(folder)[limit:]:
        if checkpoint_step(checkpoint) != kept:
            (checkpoint / MARKER).unlink()
            shutil.rmtree(checkpoint)


def checkpoint_step(checkpoint: Path) -> int:
    """The step after which a checkpoint was written, from its name."""
    return int(checkpoint.name.removeprefix(PREFIX))


def fault_of(checkpoint: Path) -> str | None:
    """What is wrong with a checkpoint that has a marker, or None."""
    with readable(checkpoint / MARKER):
        content = (checkpoint / MARKER).read_bytes()
    if not content:
        return None
    try:
        return first_fault(checkpoint, _NOTES.validate_json(content))
    except ValidationError:
        return f"{MARKER} is not what was saved"


def _complaint(checkpoint: Path, fault: str, then: str) -> str:
    return f"{checkpoint} is broken: {fault}; {then}"


def _kept(checkpoint: Path) -> str:
    """Set a broken checkpoint aside, in place of one that was of the same step, and say so."""
    kept = checkpoint.with_name(f"{KEPT_PREFIX}{checkpoint.name}")
    if kept.exists():
        shutil.rmtree(kept)
    checkpoint.rename(kept)
    return f"kept as {kept.name}, and no other is whole, so starting anew"


def _checkpoints(folder: Path) -> list[Path]:
    paths = folder.glob(f"{PREFIX}*")
    return [path for path in paths if path.name.removeprefix(PREFIX).isdecimal()]


def _is_complete(checkpoint: Path) -> bool:
    with readable(checkpoint / MARKER):
        return (checkpoint / MARKER).is_file()
