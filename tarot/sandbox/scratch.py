"""The scratch folder of a slot: emptied after each program, however it was filled."""

import contextlib
import errno
import os
from collections.abc import Iterator
from itertools import count

SIZE_MB = 64

_BLOCK = 4096
_ROOM_BYTES = 1 << 20


def wipe(folder: str) -> None:
    """Remove everything in `folder`; raises OSError where something stays.

    Nested folders are first moved up, so that no depth of nesting can exhaust paths or stack.
    """
    names = count()
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _hoist(entry.path, folder, names)
            else:
                os.unlink(entry.path)


def usage_mb(folder: str) -> float:
    """What the files in `folder` take, each of them at least a block.

    It is infinite where folders are nested deeper than a path can say.
    """
    try:
        return sum(_sizes(folder)) / (1 << 20)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return float("inf")
        raise


def is_starved(folder: str) -> bool:
    """Whether the file system of `folder` has given out."""
    room = os.statvfs(folder)
    has_inodes = room.f_files == 0 or room.f_favail > 0
    return room.f_bavail * room.f_frsize < _ROOM_BYTES or not has_inodes


def remove(folder: str) -> None:
    """Remove `folder` with all that is in it, where it still exists."""
    if os.path.isdir(folder):
        wipe(folder)
        os.rmdir(folder)


def _sizes(folder: str) -> Iterator[int]:
    """What each entry takes; a program may remove it meanwhile, or close a folder to everybody."""
    folders = [folder]
    while folders:
        with contextlib.suppress(FileNotFoundError, PermissionError):
            for entry in os.scandir(folders.pop()):
                with contextlib.suppress(FileNotFoundError):
                    yield _BLOCK + entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)


def _hoist(nested: str, top: str, names: "count[int]") -> None:
    os.chmod(nested, 0o700)
    for name in os.listdir(nested):
        child = os.path.join(nested, name)
        if os.path.isdir(child):
            os.chmod(child, 0o700)
        os.rename(child, _free_name(top, names))
    os.rmdir(nested)


def _free_name(top: str, names: "count[int]") -> str:
    while True:
        path = os.path.join(top, f"{os.getpid()}-{next(names)}")
        if not os.path.lexists(path):
            return path
