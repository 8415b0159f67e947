"""The problems that suites are made for: what a source has, with every accepted solution.

Accepted solutions are the reference and, in rows that have a column `solutions` (a list, or the
JSON of one, as APPS and TACO have it), those after it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from tarot.data import DataSource, Split
from tarot.data.entries import RowSource
from tarot.data.rows import read_row
from tarot.types import Problem, TestKind, UserError

_SOLUTIONS = "solutions"
_KEPT_COLUMNS = ("source", "task_type", "in_source_id", "problem", "gold_standard_solution")


class Drop(StrEnum):
    """Why a problem gets no suite."""

    UNREADABLE = "unreadable row"
    REPEATED_ID = "repeated id"
    NO_REFERENCE = "no reference solution"
    NEEDS_CHECKER = "needs a checker"
    REFERENCE_REFUSED = "reference refused by its own tests"
    FLAKY_REFERENCE = "flaky reference"
    SLOW_REFERENCE = "too slow a reference"
    NO_SUITE = "no sound suite"
    UNANSWERED = "not answered"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A problem, or a row that holds none, and why there is no suite for it."""

    place: str
    problem_id: str | None
    reason: Drop
    detail: str

    @property
    def line(self) -> str:
        """All of it in one line."""
        name = self.place if self.problem_id in (None, self.place) else f"{self.place}: "
        name += "" if self.problem_id in (None, self.place) else str(self.problem_id)
        return " ".join(f"{name}: {self.reason}: {self.detail}".split())


@dataclass(frozen=True, slots=True)
class Base:
    """A problem with its original tests, its accepted solutions and its columns to be kept."""

    place: str
    problem: Problem
    references: tuple[str, ...]
    columns: Mapping[str, Any]

    @property
    def kind(self) -> TestKind:
        """How its tests feed a program, which is how the first one does."""
        tests = self.problem.tests
        return tests[0].kind if tests else TestKind.STDIN_STDOUT


@dataclass(frozen=True, slots=True)
class Bases:
    """What was read, in the order of the source, and what can't be used of it."""

    usable: tuple[Base, ...]
    dropped: tuple[Dropped, ...]


def read_bases(source: DataSource, limit: int | None, max_references: int, max_tests: int) -> Bases:
    """The first `limit` rows of a source, all for None, with so many solutions and tests each.

    A row with a fault is among the dropped; UserError where there is nothing to read.
    """
    usable: dict[str, Base] = {}
    dropped: list[Dropped] = []
    for number, (place, row) in enumerate(_rows(source)):
        if number == limit:
            break
        base = _read(place, row, max_references, max_tests)
        if isinstance(base, Base) and base.problem.id in usable:
            detail = f"stands already at {usable[base.problem.id].place}"
            base = Dropped(place, base.problem.id, Drop.REPEATED_ID, detail)
        if isinstance(base, Dropped):
            dropped.append(base)
        else:
            usable[base.problem.id] = base
    return Bases(tuple(usable.values()), tuple(dropped))


def _rows(source: DataSource) -> Iterator[tuple[str, object]]:
    """Rows as they stand; of a source that shows none, the problems to train on."""
    if isinstance(source, RowSource):
        return source.rows()
    return ((problem.id, problem) for problem in source.load(Split.TRAIN))


def _read(place: str, row: object, max_references: int, max_tests: int) -> Base | Dropped:
    try:
        problem = row if isinstance(row, Problem) else _problem(place, row)
        references = _references(problem, row)
    except UserError as error:
        detail = str(error).removeprefix(f"{place}: ")
        return Dropped(place, None, Drop.UNREADABLE, detail)
    if not references:
        detail = "there is nothing to check tests by"
        return Dropped(place, problem.id, Drop.NO_REFERENCE, detail)
    if any(test.checker for test in problem.tests):
        detail = "its outputs are not compared word by word, which the published schema can't say"
        return Dropped(place, problem.id, Drop.NEEDS_CHECKER, detail)
    columns = row if isinstance(row, Mapping) and "verification_info" in row else {}
    kept = {name: columns[name] for name in (*_KEPT_COLUMNS, "metadata") if name in columns}
    shorter = replace(problem, tests=problem.tests[:max_tests])
    return Base(place, shorter, references[:max_references], kept)


def _problem(place: str, row: object) -> Problem:
    """The problem of a row; our own schema knows no column of further solutions."""
    if isinstance(row, UserError):
        raise row
    is_own = isinstance(row, Mapping) and "statement" in row
    if isinstance(row, Mapping) and is_own:
        row = {name: value for name, value in row.items() if name != _SOLUTIONS}
    return read_row(row, place).problem


def _references(problem: Problem, row: object) -> tuple[str, ...]:
    """The accepted solutions, each once, the reference first."""
    given = row.get(_SOLUTIONS) if isinstance(row, Mapping) else None
    further = _texts(given) if problem.reference is not None else ()
    return tuple(dict.fromkeys(one for one in (problem.reference, *further) if one))


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise UserError(f"{_SOLUTIONS}: not JSON, {error}") from None
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UserError(f"{_SOLUTIONS}: not a list of programs")
    return value
