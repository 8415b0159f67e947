"""The scratch folder of a slot: emptied after each program, however it was filled."""

import contextlib
import os
from itertools import count

SIZE_MB = 64

_BLOCK = 4096


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
    """What the files in `folder` take, each of them at least a block."""
    num_bytes = 0
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            with contextlib.suppress(FileNotFoundError):
                num_bytes += _BLOCK + os.lstat(os.path.join(parent, name)).st_blocks * 512
    return num_bytes / (1 << 20)


def remove(folder: str) -> None:
    """Remove `folder` with all that is in it, where it still exists."""
    if os.path.isdir(folder):
        wipe(folder)
        os.rmdir(folder)


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
