"""What goes into an archive: names with their contents, as bytes or as a file to read them from."""

import json
from dataclasses import dataclass
from pathlib import Path

from tarot.runs.contents import readable


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive; `name` is its path there, with `/` between the parts."""

    name: str
    content: bytes | Path

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def read(self) -> bytes:
        """All of it; UserError for a file that can't be read."""
        if isinstance(self.content, bytes):
            return self.content
        with readable(self.content):
            return self.content.read_bytes()


def json_member(name: str, value: object) -> Member:
    """A file of sorted, indented JSON, as runs have it."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return Member(name, f"{text}\n".encode())
