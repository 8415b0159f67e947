"""Archives that are the same bytes for the same files."""

import gzip
import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

from tarot.runs.files import replacing
from tarot.sharing.members import Member

_MODE = 0o644


def write_archive(path: Path, members: Sequence[Member]) -> int:
    """Write a .tar.gz with neither times nor owners, and give back its size in bytes."""
    with (
        replacing(path) as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for member in sorted(members, key=lambda one: one.name):
            content = member.read()
            entry = tarfile.TarInfo(member.name)
            entry.size, entry.mode = len(content), _MODE
            archive.addfile(entry, io.BytesIO(content))
    return path.stat().st_size
