"""Rows under other names: which column of a file is which of a problem.

Names are given, never guessed; where a row lacks one, the fault lists what it has and proposes.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from tarot.config.validation import suggestion
from tarot.data.rows import cases
from tarot.data.rows.calls import Function, statement_of
from tarot.data.rows.cases import CaseReader
from tarot.data.rows.columns import unfenced
from tarot.data.rows.own import OwnRow
from tarot.data.rows.paths import value_at
from tarot.data.rows.proposal import advice
from tarot.data.rows.shapes import OTHERS, columns_of, shape_of
from tarot.types import UserError

_KEY = "data.columns"
_FUNCTION = "function"
_OWN = columns_of(OwnRow) | {*cases.COLUMNS, _FUNCTION}

Rows = Iterator[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file has under other names, and labels of tiers.

    `names` leads from a column of a known shape, or of a test of ours, to the column in the file,
    or to a path such as `meta.cases` or `solutions.0`. `function` is the function that tests call
    with their inputs. A row without `tests` is itself a test where `expected` is named, and rows of
    one id make a problem. A problem without an id gets a hash of its statement. `tiers` leads from
    a label to the tier.
    """

    names: Mapping[str, str]
    tiers: Mapping[str, str]

    @classmethod
    def of(
        cls, names: Mapping[str, str | int] | None, tiers: Mapping[str | int, str] | None
    ) -> Self:
        """From a config, in which a place in a list and a label may be numbers."""
        return cls(
            {name: str(path) for name, path in (names or {}).items()},
            {str(label): tier for label, tier in (tiers or {}).items()},
        )

    def check(self) -> None:
        """Raise UserError for a name that no shape has, or names of several shapes."""
        shapes = [_OWN, *(columns_of(shape) for _, shape in OTHERS)]
        known = frozenset().union(*shapes)
        for name in self.names:
            if name not in known:
                raise UserError(f"{_KEY}.{name}: no such name{suggestion(name, sorted(_OWN))}")
        if not any(set(self.names) <= shape for shape in shapes):
            raise UserError(
                f"{_KEY}: {', '.join(self.names)} are of different shapes of rows; take those of "
                "one, or of ours"
            )

    def fingerprint(self) -> dict[str, object]:
        """What is named, where anything is."""
        given = {"columns": dict(self.names), "tiers": dict(self.tiers)}
        return {key: value for key, value in given.items() if value}

    def named(self, rows: Rows) -> Rows:
        """The rows under the names of the known shapes; UserErrors stay in their places."""
        self.check()
        if not self.names and not self.tiers:
            return rows
        if not set(self.names) <= _OWN:
            return ((place, self._renamed(row)) for place, row in rows)
        is_test = "tests" not in self.names and "expected" in self.names
        return self._gathered(rows) if is_test else self._own_rows(rows)

    def _renamed(self, row: object) -> object:
        """A row of another shape, whose further columns that shape passes over."""
        if not isinstance(row, Mapping):
            return row
        return {**row, **{name: value_at(row, path) for name, path in self.names.items()}}

    def _own_rows(self, rows: Rows) -> Rows:
        for place, row in rows:
            if not isinstance(row, Mapping) or not (self.names or shape_of(row) is OwnRow):
                yield place, row
                continue
            try:
                yield place, self._own(row)
            except UserError as error:
                yield place, UserError(f"{place}: {error}")

    def _gathered(self, rows: Rows) -> Rows:
        """Problems of which each row is a test, at the place of the first, and whole ones."""
        found: dict[str, tuple[str, dict[str, Any]]] = {}
        for place, row in rows:
            if not isinstance(row, Mapping):
                yield place, row
                continue
            try:
                if "tests" in row:
                    yield place, self._own(row)
                else:
                    _add(found, place, self._own({**row, "tests": [row]}, is_test=True))
            except UserError as error:
                yield place, UserError(f"{place}: {error}")
        yield from found.values()

    def _own(self, row: Mapping[str, Any], is_test: bool = False) -> dict[str, Any]:
        """A row in our own schema."""
        own = {name: self._value(row, name) for name in columns_of(OwnRow)}
        own = {name: value for name, value in own.items() if value is not None and value != ""}
        missing = [name for name in ("statement", "tests") if name not in own]
        if missing and not (is_test and "id" in own):
            raise UserError(f"{missing[0]}: missing{self._remedy(missing[0], row)}")
        if isinstance(own.get("reference"), str):
            own["reference"] = unfenced(own["reference"])
        function = self._function(row, own)
        own["tests"] = CaseReader(self.names, self.tiers, function).read(own["tests"])
        statement = str(own.get("statement", ""))
        digest = hashlib.sha256(statement.encode("utf-8", "surrogatepass")).hexdigest()
        own["id"] = str(own.get("id", digest[:16]))
        if function is not None and statement:
            own["statement"] = statement_of(statement, function.task, "")
        return own

    def _value(self, row: Mapping[str, Any], name: str) -> Any:
        return value_at(row, self.names[name]) if name in self.names else row.get(name)

    def _function(self, row: Mapping[str, Any], own: Mapping[str, Any]) -> Function | None:
        if _FUNCTION not in self.names:
            return None
        name = self._value(row, _FUNCTION)
        if not isinstance(name, str) or not name.isidentifier():
            raise UserError(f"{_FUNCTION}: {name!r} is no name of a function")
        return Function.in_sources(name, str(own.get("reference", "")))

    def _remedy(self, name: str, row: Mapping[str, Any]) -> str:
        if name in self.names:
            return f"; nothing at {self.names[name]!r} in a row of {', '.join(row) or 'nothing'}"
        return advice(row, self.names)


def _add(found: dict[str, tuple[str, dict[str, Any]]], place: str, own: dict[str, Any]) -> None:
    """Put a test to its problem; UserError where a row says otherwise than the first of its id."""
    first_place, first = found.setdefault(own["id"], (place, own))
    if first is own:
        if "statement" not in own:
            del found[own["id"]]
            raise UserError("statement: missing; the first row of each id needs it")
        return
    for name in ("statement", "reference"):
        if own.get(name, first.get(name)) != first.get(name):
            raise UserError(f"{name}: another one than {own['id']} has at {first_place}")
    first["tests"] += own["tests"]
