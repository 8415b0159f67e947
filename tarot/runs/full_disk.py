"""A full disk, told as one line whatever the library that met it makes of it.

A disk that is full only for another user or another machine is not covered, nor one that has room
again before the failure is looked at, where the library hides the cause.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tarot.types import UserError

CODES = (errno.ENOSPC, errno.EDQUOT)
TEXTS = tuple(os.strerror(code) for code in CODES)
# Libraries such as PyTorch's drop the cause; then a disk without this much is taken for it.
LEAST_FREE_BYTES = 2**16


@contextmanager
def full_disk_told(folder: Path) -> Iterator[None]:
    """Inside, a failure to write into `folder` because its disk is full is a UserError."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if not _is_of_a_full_disk(error, folder):
            raise
        raise UserError(full_disk_line(folder)) from error


def full_disk_line(folder: Path) -> str:
    """What to say of it."""
    return f"{folder}: the disk is full; make space, then give the same command again"


def has_room(folder: Path) -> bool:
    """Whether the disk of a folder, which need not be there yet, takes more than a few blocks."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >= LEAST_FREE_BYTES


def _is_of_a_full_disk(error: BaseException, folder: Path) -> bool:
    return any(_says_so(link) for link in _chain(error)) or not has_room(folder)


def _says_so(error: BaseException) -> bool:
    is_code = isinstance(error, OSError) and error.errno in CODES
    return is_code or any(text in str(error) for text in TEXTS)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
