"""What a folder's files are: a size and a digest each, to tell later whether they still are that.

The digest is of the whole file up to 16 MiB; of a larger one it is of 16 blocks of a MiB from its
beginning to its end, so that a checkpoint of hundreds of gigabytes is checked in seconds. It does
not cover bytes that change between the blocks of a larger file, nor anyone who changes a file and
its note alike.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tarot.types import UserError

BLOCK_BYTES = 2**20
NUM_BLOCKS = 16


class FileNote(BaseModel):
    """A file's size in bytes, and the digest of it or of its blocks."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    size: int
    sha256: str


def notes_of(folder: Path) -> dict[str, FileNote]:
    """A note on every file in the folder and its subfolders by path; what it notes is on disk."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        _sync(path)
    return {path.relative_to(folder).as_posix(): _note(path) for path in files}


def first_fault(folder: Path, notes: Mapping[str, FileNote]) -> str | None:
    """What is wrong with the first file that is not as noted, or None; other files don't matter.

    UserError for a file that is there and can't be read now: nothing is known of it.
    """
    faults = (_fault(folder, name, note) for name, note in notes.items())
    return next((fault for fault in faults if fault), None)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Inside, a failure to read the file is a UserError, unless the file is missing."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UserError(
            f"{path}: can't be read: {error.strerror}; try again when it can"
        ) from error


def _fault(folder: Path, name: str, note: FileNote) -> str | None:
    try:
        with readable(folder / name):
            size = (folder / name).stat().st_size
            if size != note.size:
                return f"{name} has {size} of its {note.size} bytes"
            return None if _note(folder / name) == note else f"{name} is not what was saved"
    except FileNotFoundError:
        return f"{name} is missing"


def _note(path: Path) -> FileNote:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        for start in _block_starts(size):
            file.seek(start)
            digest.update(file.read(BLOCK_BYTES))
    return FileNote(size=size, sha256=digest.hexdigest())


def _block_starts(size: int) -> list[int]:
    """Where the blocks of a file begin: side by side, or spread from its beginning to its end."""
    if size <= NUM_BLOCKS * BLOCK_BYTES:
        return list(range(0, size, BLOCK_BYTES))
    last = size - BLOCK_BYTES
    return [last * number // (NUM_BLOCKS - 1) for number in range(NUM_BLOCKS)]


def _sync(path: Path) -> None:
    """Force to disk what another library wrote."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
