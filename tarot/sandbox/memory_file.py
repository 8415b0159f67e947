"""Files in memory that a sandbox hands to its slots."""

import fcntl
import os

_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


def empty(name: str) -> int:
    """A descriptor of an empty file."""
    return os.memfd_create(name)


def sealed(name: str, content: bytes) -> int:
    """A read-only descriptor, at the start, of a file that nobody can change any more.

    It is opened anew, since old kernels refuse to map a sealed file that is open for writing.
    """
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        _write(descriptor, content)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
        return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(descriptor)


def content(descriptor: int, limit: int) -> bytes:
    """The first `limit` bytes of a file, whatever its position."""
    return os.pread(descriptor, min(os.fstat(descriptor).st_size, limit), 0)


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
