"""What was sent, what it may cost and what came back, on disk before anything depends on it.

It is SQLite rather than lines of JSON: a batch's state, the reservations of its requests and its
lines change together or not at all, and an answer among tens of thousands is found by its id. With
the lock in exclusive mode the write-ahead log needs no shared memory, so the folder may be on a
network's disk.
"""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tarot.generation.entries import Kept, Sent, Settlement, Shard, State
from tarot.runs.full_disk import full_disk_told
from tarot.runs.lock import exclusive
from tarot.types import UserError

NAME = "ledger.sqlite"
_LOCK = "ledger.lock"
_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS shards (
    id TEXT PRIMARY KEY, model TEXT, endpoint TEXT, tokens INTEGER, state TEXT,
    file_id TEXT, batch_id TEXT, asked_at_s REAL
);
CREATE TABLE IF NOT EXISTS sent (
    id INTEGER PRIMARY KEY, shard TEXT, model TEXT, custom_id TEXT,
    reserved_usd REAL, cost_usd REAL
);
CREATE INDEX IF NOT EXISTS sent_of_shard ON sent (shard);
CREATE TABLE IF NOT EXISTS lines (
    id INTEGER PRIMARY KEY, shard TEXT, sent INTEGER, text TEXT
);
CREATE INDEX IF NOT EXISTS lines_of_shard ON lines (shard);
CREATE INDEX IF NOT EXISTS lines_of_sent ON lines (sent);
CREATE TABLE IF NOT EXISTS answers (custom_id TEXT PRIMARY KEY, line INTEGER, cost_usd REAL);
"""
# A sum of costs in floating point may lie this far beside what it is.
_ROUNDING_USD = 1e-9


class Ledger:
    """The ledger of a folder; threads take turns."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        """`connection` is to the folder's own file: see `open_ledger`."""
        self._db = connection
        self._folder = folder
        self._turn = threading.RLock()
        self._committed_usd: float | None = None

    @property
    def spent_usd(self) -> float:
        """What everything that is settled has cost."""
        return self._sum("SELECT TOTAL(cost_usd) FROM sent")

    @property
    def committed_usd(self) -> float:
        """What is spent and what is reserved; summed up anew only after a shard."""
        with self._turn:
            if self._committed_usd is None:
                query = "SELECT TOTAL(COALESCE(cost_usd, reserved_usd)) FROM sent"
                self._committed_usd = self._sum(query)
            return self._committed_usd

    def reserve(self, one: Sent, budget_usd: float | None) -> Sent | None:
        """Reserve the worst case of an on-line request; None where the budget doesn't cover it."""
        with self._writing():
            committed_usd = self.committed_usd
            if not covers(budget_usd, committed_usd, one.reserved_usd):
                return None
            query = "INSERT INTO sent (model, custom_id, reserved_usd) VALUES (?, ?, ?)"
            row = (one.model, one.custom_id, one.reserved_usd)
            row_id = self._db.execute(query, row).lastrowid
            self._committed_usd = committed_usd + one.reserved_usd
        return replace(one, id=row_id)

    def settle(self, one: Sent, settlement: Settlement) -> None:
        """Put the cost of an on-line request in place of its reservation."""
        with self._writing():
            change_usd = settlement.cost_usd - one.reserved_usd
            self._committed_usd = self.committed_usd + change_usd
            query = "UPDATE sent SET cost_usd = ? WHERE id = ?"
            self._db.execute(query, (settlement.cost_usd, one.id))
            self._answer(settlement)

    def unsettled(self) -> list[tuple[Sent, list[tuple[int, str]]]]:
        """On-line requests that are not settled, each with the numbered line that came, if any."""
        query = (
            "SELECT model, custom_id, reserved_usd, id FROM sent "
            "WHERE shard IS NULL AND cost_usd IS NULL"
        )
        of_one = "SELECT id, text FROM lines WHERE sent = ?"
        with self._turn:
            every = [Sent(*row) for row in self._db.execute(query)]
            return [(one, self._db.execute(of_one, (one.id,)).fetchall()) for one in every]

    def kept(self, custom_ids: Collection[str]) -> dict[str, Kept]:
        """The answers to these requests that are there."""
        query = (
            "SELECT text, cost_usd FROM answers JOIN lines ON lines.id = answers.line "
            "WHERE custom_id = ?"
        )
        with self._turn:
            rows = [(name, self._db.execute(query, (name,)).fetchone()) for name in custom_ids]
        return {name: Kept(*row) for name, row in rows if row}

    def has(self, custom_id: str) -> bool:
        """Whether there is an answer to a request."""
        query = "SELECT 1 FROM answers WHERE custom_id = ?"
        with self._turn:
            return self._db.execute(query, (custom_id,)).fetchone() is not None

    def under_way(self) -> set[str]:
        """The requests of all shards that are not closed."""
        query = "SELECT custom_id FROM sent WHERE shard IS NOT NULL AND cost_usd IS NULL"
        with self._turn:
            return {row[0] for row in self._db.execute(query)}

    def keep_line(self, one: Sent, text: str) -> int:
        """Keep what came for an on-line request; its number."""
        with self._writing():
            query = "INSERT INTO lines (sent, text) VALUES (?, ?)"
            row_id = self._db.execute(query, (one.id, text)).lastrowid
        assert row_id is not None
        return row_id

    def add_shard(self, shard: Shard, reserved_usd: Mapping[str, float]) -> None:
        """A new shard, and the worst case of each of its requests."""
        rows = [(shard.id, custom_id, usd) for custom_id, usd in reserved_usd.items()]
        with self._writing():
            self._db.execute(
                "INSERT INTO shards (id, model, endpoint, tokens, state, asked_at_s) "
                "VALUES (?, ?, ?, ?, ?, 0)",
                (shard.id, shard.model, shard.endpoint, shard.tokens, shard.state),
            )
            query = "INSERT INTO sent (shard, custom_id, reserved_usd) VALUES (?, ?, ?)"
            self._db.executemany(query, rows)
            self._committed_usd = None

    def open_shards(self) -> list[Shard]:
        """Those that are not closed, the oldest first."""
        query = (
            "SELECT id, model, endpoint, tokens, state, file_id, batch_id, asked_at_s "
            "FROM shards WHERE state != ? ORDER BY rowid"
        )
        with self._turn:
            rows = self._db.execute(query, (State.CLOSED,)).fetchall()
        return [
            Shard(name, model, endpoint, tokens, State(state), file_id, batch_id, asked_at_s)
            for name, model, endpoint, tokens, state, file_id, batch_id, asked_at_s in rows
        ]

    def move(self, shard: Shard) -> Shard:
        """Note how far a shard has come; the shard."""
        with self._writing():
            self._db.execute(
                "UPDATE shards SET state = ?, file_id = ?, batch_id = ?, asked_at_s = ? "
                "WHERE id = ?",
                (shard.state, shard.file_id, shard.batch_id, shard.asked_at_s, shard.id),
            )
        return shard

    def members(self, shard: Shard) -> dict[str, float]:
        """The requests of a shard and what is reserved for each, in USD."""
        query = "SELECT custom_id, reserved_usd FROM sent WHERE shard = ?"
        with self._turn:
            return dict(self._db.execute(query, (shard.id,)).fetchall())

    def keep_lines(self, shard: Shard, lines: Iterable[str]) -> None:
        """Keep all lines of a shard's batch, or none if they break off."""
        with self._writing():
            query = "INSERT INTO lines (shard, text) VALUES (?, ?)"
            self._db.executemany(query, ((shard.id, line) for line in lines))
            query = "UPDATE shards SET state = ? WHERE id = ?"
            self._db.execute(query, (State.FETCHED, shard.id))

    def lines_of(self, shard: Shard) -> Iterator[tuple[int, str]]:
        """Number and text of each line of a shard, in the order in which they came."""
        query = "SELECT id, text FROM lines WHERE shard = ? ORDER BY id"
        with self._turn:
            yield from self._db.execute(query, (shard.id,))

    def close_shard(self, shard: Shard, settlements: Iterable[Settlement]) -> None:
        """Settle all requests of a shard; those without a settlement cost nothing."""
        with self._writing():
            for settlement in settlements:
                self._db.execute(
                    "UPDATE sent SET cost_usd = ? WHERE shard = ? AND custom_id = ?",
                    (settlement.cost_usd, shard.id, settlement.custom_id),
                )
                self._answer(settlement)
            query = "UPDATE sent SET cost_usd = 0 WHERE shard = ? AND cost_usd IS NULL"
            self._db.execute(query, (shard.id,))
            query = "UPDATE shards SET state = ? WHERE id = ?"
            self._db.execute(query, (State.CLOSED, shard.id))
            self._committed_usd = None

    def _answer(self, settlement: Settlement) -> None:
        """The first answer to a request stays."""
        if settlement.line_id is not None:
            row = (settlement.custom_id, settlement.line_id, settlement.cost_usd)
            self._db.execute("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", row)

    def _sum(self, query: str) -> float:
        with self._turn:
            return float(self._db.execute(query).fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, on disk at its end; nothing of it if it fails."""
        with self._turn, full_disk_told(self._folder), self._db:
            yield


def covers(budget_usd: float | None, committed_usd: float, usd: float) -> bool:
    """Whether a budget covers `usd` more; None is one without an end."""
    return budget_usd is None or committed_usd + usd <= budget_usd + _ROUNDING_USD


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """The ledger in `folder`, made if there is none; UserError while another process has it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    with exclusive(folder / _LOCK):
        connection = sqlite3.connect(path, check_same_thread=False)
        try:
            _prepare(connection, path)
            yield Ledger(connection, folder)
        finally:
            connection.close()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set it up; UserError for a file that is no ledger of ours."""
    try:
        for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {setting}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise UserError(f"{path}: is of another version of tarot; name another folder")
        connection.executescript(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    except sqlite3.DatabaseError as error:
        raise UserError(f"{path}: {error}; put the file back or name another folder") from error
