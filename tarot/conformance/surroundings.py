"""Files and a service on this machine that programs are dared to touch."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tarot.conformance.rows import Row

_CONTENTS = {
    "victim": "precious",
    "secret": "machine x login y password z\n",
    "tests": "EXPECTED_a6c0ffee",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Three files, a folder that is open to everybody, and a service that listens."""

    folder: Path
    service: socket.socket

    def placed(self, row: Row) -> Row:
        """The row with real paths and the real port for its placeholders."""
        places = {f"@{name.upper()}@": str(self.folder / name) for name in (*_CONTENTS, "open")}
        places["@PORT@"] = str(self.service.getsockname()[1])
        code, before = row.code, row.before or ""
        for placeholder, place in places.items():
            code, before = code.replace(placeholder, place), before.replace(placeholder, place)
        return replace(row, code=code, before=before or None)

    def damage(self) -> dict[str, list[str]]:
        """What programs have done, by what they could have done it to."""
        return {
            "files": [name for name, text in _CONTENTS.items() if self._text(name) != text],
            "open folder": os.listdir(self.folder / "open"),
            "service": ["a connection"] if self._was_reached() else [],
        }

    def _text(self, name: str) -> str | None:
        path = self.folder / name
        return path.read_text() if path.is_file() else None

    def _was_reached(self) -> bool:
        try:
            self.service.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@contextmanager
def surroundings() -> Iterator[Surroundings]:
    """Make them, outside every scratch folder, and remove them in the end."""
    with (
        TemporaryDirectory(prefix="tarot-conformance-") as name,
        socket.create_server(("127.0.0.1", 0)) as service,
    ):
        service.setblocking(False)
        folder = Path(name)
        folder.chmod(0o755)
        for file, text in _CONTENTS.items():
            (folder / file).write_text(text)
        (folder / "open").mkdir()
        (folder / "open").chmod(0o777)
        yield Surroundings(folder, service)
