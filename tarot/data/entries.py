"""A data set read row by row, faults and all, for whoever wants to see every one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Protocol, runtime_checkable

from tarot.data.rows import Unusable, read_row, row_from_problem
from tarot.data.source import DataSource, Split
from tarot.data.tiering import TierRule
from tarot.types import Problem, UserError


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its problem, or the fault for which there is none.

    `left_out` says for each test that could not be rewritten why. `row` is what was read, where
    it is kept.
    """

    place: str
    problem: Problem | None
    left_out: tuple[str, ...] = ()
    fault: UserError | None = None
    row: object = None

    @property
    def is_unusable(self) -> bool:
        """Whether a run leaves the row out; it refuses any other fault."""
        return isinstance(self.fault, Unusable)


@runtime_checkable
class RowSource(Protocol):
    """A source that can show its rows as they are."""

    def rows(self) -> Iterator[tuple[str, object]]:
        """Where each row stands, and the row, or the UserError of one that can't be read."""

    def tier_rule(self) -> TierRule:
        """How suites without tiers get theirs."""


def read_entries(source: DataSource, keep_rows: bool = False) -> list[Entry]:
    """Every row of a source, with the tiers that a run would see.

    One that shows no rows is taken problem by problem, in rows of our own schema. Raises
    UserError where there is nothing to read, or no pass rate for a problem that needs one.
    """
    if not isinstance(source, RowSource):
        problems = [problem for split in Split for problem in source.load(split)]
        rows = map(row_from_problem, problems) if keep_rows else repeat(None)
        return [Entry(one.id, one, row=row) for one, row in zip(problems, rows, strict=False)]
    entries = [_entry(place, row, keep_rows) for place, row in source.rows()]
    read = [entry.problem for entry in entries if entry.problem is not None]
    tiered = iter(source.tier_rule().apply(read))
    return [replace(entry, problem=next(tiered)) if entry.problem else entry for entry in entries]


def _entry(place: str, row: object, keep_row: bool) -> Entry:
    entry = _read(place, row)
    return replace(entry, row=row) if keep_row else entry


def _read(place: str, row: object) -> Entry:
    if isinstance(row, UserError):
        return Entry(place, None, fault=row)
    try:
        read = read_row(row, place)
    except Unusable as error:
        return Entry(place, None, error.left_out, error)
    except UserError as error:
        return Entry(place, None, fault=error)
    return Entry(place, read.problem, read.left_out)
