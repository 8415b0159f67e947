"""What a row of a known shape comes to."""

import logging
from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError

from tarot.data.rows.own import OwnRow
from tarot.data.rows.proposal import advice
from tarot.data.rows.result import ReadRow, Unusable
from tarot.data.rows.shapes import Shape, shape_of
from tarot.types import Problem, UserError

_FAULTS = {
    "missing": "missing; every row needs it",
    "extra_forbidden": "no such column; leave it out or correct its name",
    "too_short": "a suite without tests; give at least one or leave the row out",
    "string_too_short": "empty; every row needs one",
    "string_unicode": "not valid Unicode; remove the lone surrogate",
}
_logger = logging.getLogger(__name__)


def read_row(row: object, place: str) -> ReadRow:
    """The problem in a row of a known shape, and what was left out of its suite.

    Raises UserError, which begins with `place` (a file and line, or a data set and row); it is
    Unusable where the row is in order but none of its tests can be judged outside. A row that
    could not be read is the UserError that says so.
    """
    if isinstance(row, UserError):
        raise row
    if not isinstance(row, Mapping):
        raise UserError(f"{place}: not a JSON object; a row is one object with its columns as keys")
    shape = shape_of(row)
    try:
        return shape.model_validate(row).read()
    except ValidationError as error:
        raise UserError(f"{place}: {_explain(error, shape, row)}") from None
    except Unusable as error:
        raise Unusable(f"{place}: {error}", error.left_out) from None
    except UserError as error:
        raise UserError(f"{place}: {error}") from None


def problem_from_row(row: object, place: str) -> Problem:
    """The problem in a row; raises UserError as `read_row` does."""
    return read_row(row, place).problem


def problems_of_rows(rows: Iterable[tuple[str, object]]) -> Iterator[tuple[str, Problem]]:
    """Place and problem of each row that can be used; at the end a warning counts what cannot.

    Raises UserError for a row with a fault.
    """
    num_rows = num_tests = 0
    first = ""
    for place, row in rows:
        try:
            read = read_row(row, place)
        except Unusable as error:
            num_rows += 1
            num_tests += len(error.left_out)
            first = first or str(error)
            continue
        num_tests += len(read.left_out)
        first = first or next((f"{place}: {line}" for line in read.left_out), "")
        yield place, read.problem
    if first:
        text = "%d rows and %d tests are left out, as they cannot be judged outside; the first: %s"
        _logger.warning(text, num_rows, num_tests, first)


def _explain(error: ValidationError, shape: Shape, row: Mapping[str, object]) -> str:
    """The first fault, as `column.inner: what is wrong and what to do`."""
    first = error.errors()[0]
    fault = _FAULTS.get(first["type"], first["msg"])
    if first["type"] == "enum":
        fault = f"{first['input']!r}; {fault}"
        if first["loc"][-1] == "tier":
            fault += f", or say which tier that is, as 'data.tiers={{{first['input']}: basic}}'"
    if first["type"] == "missing" and shape is OwnRow:
        fault += advice(row, {})
    return f"{'.'.join(map(str, first['loc']))}: {fault}"
