"""Columns of a pyarrow table as arrays of numpy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def column_of(table: Any, name: str) -> Any:
    """A column in one piece."""
    return table[name].combine_chunks()


def entries_of(table: Any, name: str) -> tuple[Any, Indices]:
    """The entries of a column of lists, and the row of each."""
    lists = column_of(table, name)
    offsets = integers_of(lists.offsets)
    entries = lists.values.slice(offsets[0], offsets[-1] - offsets[0])
    return entries, np.repeat(np.arange(len(table)), np.diff(offsets))


def floats_of(column: Any) -> Floats:
    """As numbers, NaN for null."""
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def integers_of(column: Any) -> Indices:
    """As whole numbers; there must be no null."""
    return np.asarray(column.to_numpy(zero_copy_only=False), np.int64)


def flags_of(column: Any) -> Flags:
    """As truths; there must be no null."""
    return np.asarray(column.to_numpy(zero_copy_only=False), np.bool_)


def codes_of(column: Any, values: Sequence[str]) -> Indices:
    """The place of each text among `values`; -1 for null and any other."""
    places = pc.index_in(column, pa.array(list(values), pa.string()))
    return integers_of(places.fill_null(-1))
