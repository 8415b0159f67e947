"""Files of rows in the formats that people keep them in: JSON, lines of it, tables and parquet.

Every row comes with its place, or the fault for which it can't be read, so that a reader can go on
after it. Compressed files and spreadsheets are not read.
"""

import csv
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tarot.data.lazy import heavy
from tarot.data.lines import rows_and_faults
from tarot.types import UserError

Rows = Iterator[tuple[str, object]]

_ROWS_AT_ONCE = 256
_DELIMITERS = ",;\t"


def file_rows(path: Path) -> Rows:
    """File and line (or row) of each row, and the row, or the UserError of one that is broken.

    An empty cell of a table is no column of its row. Raises UserError for a file that is not there,
    has another format, or is broken as a whole.
    """
    check_file(path)
    return _READERS[path.suffix](path)


def check_file(path: Path) -> None:
    """Raise UserError for a file that is not there or has another format."""
    formats = ", ".join(_READERS)
    if path.suffix not in _READERS:
        raise UserError(f"data.path: {path}: none of {formats}; convert it to one")
    if not path.is_file():
        raise UserError(f"data.path: {path}: no such file; name one of {formats}")


def _json_rows(path: Path) -> Rows:
    """A list of rows, or lines of rows under a name that others give them too."""
    content = path.read_bytes()
    try:
        rows = json.loads(content)
    except ValueError as error:
        if content.lstrip().startswith(b"["):
            raise UserError(f"data.path: {path}: not JSON ({error})") from None
        yield from rows_and_faults(path)
        return
    if not isinstance(rows, list):
        rows = [rows]
    yield from ((f"{path}: row {number}", row) for number, row in enumerate(rows, start=1))


def _parquet_rows(path: Path) -> Rows:
    parquet = heavy("pyarrow.parquet")
    try:
        batches = parquet.ParquetFile(path).iter_batches(_ROWS_AT_ONCE)
        rows = itertools.chain.from_iterable(batch.to_pylist() for batch in batches)
        yield from ((f"{path}: row {number}", row) for number, row in enumerate(rows, start=1))
    except (OSError, ValueError) as error:
        raise UserError(f"data.path: {path}: not a parquet file ({error})") from None


def _table_rows(path: Path) -> Rows:
    """What is no UTF-8 stays in its cell as lone surrogates, which no column of a problem takes."""
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        first = file.readline()
        file.seek(0)
        lines = csv.reader(file, delimiter=_delimiter(first, path), strict=True)
        header: list[str] | None = None
        while True:
            place = f"{path}:{lines.line_num + 1}"
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                yield place, UserError(f"{place}: not a row of a table: {error}")
                continue
            if header is None:
                header = _checked_header(cells, path)
            elif cells:
                yield place, _row(cells, header, place)


def _delimiter(header: str, path: Path) -> str:
    """Tabs in .tsv; else what is most frequent among the names of the columns."""
    return "\t" if path.suffix == ".tsv" else max(_DELIMITERS, key=header.count)


def _checked_header(header: list[str], path: Path) -> list[str]:
    repeated = [name for name in header if header.count(name) > 1]
    if repeated:
        raise UserError(f"data.path: {path}: two columns are named {repeated[0]!r}; rename one")
    return header


def _row(cells: Sequence[str], header: Sequence[str], place: str) -> dict[str, str] | UserError:
    if len(cells) != len(header):
        return UserError(f"{place}: {len(cells)} cells, where the header has {len(header)} columns")
    return {name: cell for name, cell in zip(header, cells, strict=True) if cell}


_READERS: Mapping[str, Callable[[Path], Rows]] = {
    ".jsonl": rows_and_faults,
    ".json": _json_rows,
    ".parquet": _parquet_rows,
    ".csv": _table_rows,
    ".tsv": _table_rows,
}
