"""Files that processes append to, from run to run."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Log:
    """A log from a byte on: what was written before belongs to an earlier start."""

    path: Path
    start: int

    @classmethod
    def from_now(cls, path: Path) -> "Log":
        """What will be written from now on; the file need not be there."""
        return cls(path, path.stat().st_size if path.exists() else 0)

    def tail(self, num_lines: int) -> str:
        """The last lines."""
        return "\n".join(self.text().splitlines()[-num_lines:])

    def text(self) -> str:
        """All of it."""
        return self._rest().decode(errors="replace")

    def show(self) -> None:
        """Write to standard output what has come since the last time."""
        new = self._rest()
        self.start += len(new)
        sys.stdout.buffer.write(new)
        sys.stdout.flush()

    def _rest(self) -> bytes:
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read()
