"""Rows of data read as problems: our schema, the published one, and those of other data sets."""

from tarot.data.rows.naming import Columns
from tarot.data.rows.own import row_from_problem
from tarot.data.rows.reading import problem_from_row, problems_of_rows, read_row
from tarot.data.rows.result import ReadRow, Unusable

__all__ = [
    "Columns",
    "ReadRow",
    "Unusable",
    "problem_from_row",
    "problems_of_rows",
    "read_row",
    "row_from_problem",
]
