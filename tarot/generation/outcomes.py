"""What checks have found, kept on disk so that nothing is checked twice, or found otherwise.

One process writes. A killed one loses the batch that it was checking; a full disk is told in one
line. Time limits depend on the machine, so a test that was judged once stays as it was judged.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tarot.generation.checking import Checked
from tarot.generation.own_tests import OwnTests
from tarot.runs.full_disk import full_disk_told
from tarot.types import UserError

_CHECKED = TypeAdapter(Checked)
_OWN = TypeAdapter(OwnTests)


class Outcomes:
    """The outcomes in one SQLite file, by keys that say what was checked."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Use `connection`, which `open_outcomes` makes."""
        self._path = path
        self._connection = connection

    def checked(self, key: str) -> Checked | None:
        """What came of an answer, or None."""
        found = self._find(key)
        return None if found is None else _CHECKED.validate_json(found)

    def own_tests(self, key: str) -> OwnTests | None:
        """What came of a problem's own tests, or None."""
        found = self._find(key)
        return None if found is None else _OWN.validate_json(found)

    def keep(self, outcomes: Mapping[str, Checked | OwnTests]) -> None:
        """Add outcomes, all of them or none."""
        rows: Sequence[tuple[str, Any]] = [
            (key, json.dumps(asdict(outcome))) for key, outcome in outcomes.items()
        ]
        with full_disk_told(self._path.parent), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", rows)

    def _find(self, key: str) -> str | None:
        found = self._connection.execute("SELECT value FROM outcomes WHERE key = ?", (key,))
        row = found.fetchone()
        return None if row is None else str(row[0])


@contextmanager
def open_outcomes(path: Path) -> Iterator[Outcomes]:
    """The outcomes in a file, which is made where it is missing; UserError for a broken one."""
    with closing(sqlite3.connect(path)) as connection:
        _prepare(connection, path)
        yield Outcomes(path, connection)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    try:
        with full_disk_told(path.parent):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS outcomes (key TEXT PRIMARY KEY, value TEXT NOT NULL)"
            )
    except sqlite3.DatabaseError as error:
        raise UserError(f"{path}: {error}; without the file all is checked again") from error
