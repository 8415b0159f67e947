"""Files that are there in full or not at all, even if the process is killed while writing."""

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from tarot.runs.full_disk import full_disk_told
from tarot.types import UserError

TEMPORARY_SUFFIX = ".tmp"


def write_atomically(path: Path, content: bytes, *, at_once: bool = True) -> None:
    """Write a whole file as `replacing` does."""
    with replacing(path, at_once=at_once) as file:
        file.write(content)


@contextmanager
def replacing(path: Path, *, at_once: bool = True) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of `path` once all is written and on disk.

    Unless `at_once`, the system brings it to disk when it likes, or `sync` does: that it is whole
    outlives the process either way, but not a power cut meanwhile. UserError where the disk is
    full.
    """
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    with full_disk_told(path.parent), _removed_on_failure(temporary):
        with temporary.open("wb") as file:
            yield file
            file.flush()
            if at_once:
                os.fsync(file.fileno())
        temporary.replace(path)
    if at_once:
        _sync(path.parent)


def sync(paths: Iterable[Path]) -> None:
    """Bring files to disk, and that they are in their folders; UserError where the disk is full."""
    files = list(paths)
    for path in (*files, *{path.parent for path in files}):
        with full_disk_told(path.parent):
            _sync(path)


def write_json(path: Path, value: object) -> None:
    """Write sorted, indented JSON atomically; ValueError for NaN and infinities."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(path, f"{text}\n".encode())


def to_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under their headings as CSV; what is None is empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return buffer.getvalue()


def read_json(path: Path) -> Any:
    """The value in a JSON file; UserError that names the file if it is missing or no JSON."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except ValueError as error:
        raise UserError(f"{path}: not JSON: {error}") from error


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    """A file that could not be written whole does not take up space."""
    try:
        yield
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def _sync(path: Path) -> None:
    """Make what is written to a file, or a rename in a folder, last through a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
