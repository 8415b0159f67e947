"""Files of lines, each of which is one JSON value."""

import json
from collections.abc import Iterator
from pathlib import Path

from tarot.types import UserError


def jsonl_rows(path: Path) -> Iterator[tuple[str, object]]:
    """File and line, and the value there, of each line; raises UserError for what is no JSON."""
    for place, row in rows_and_faults(path):
        if isinstance(row, UserError):
            raise row
        yield place, row


def rows_and_faults(path: Path) -> Iterator[tuple[str, object]]:
    """File and line, and the value there, or the UserError of a line that is no JSON."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                place = f"{path}:{number}"
                yield place, _decoded(line, place)


def _decoded(line: bytes, place: str) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        fault = f"{type(error).__name__}: {error}"
        return UserError(f"{place}: not JSON ({fault}); each line is one JSON object")
