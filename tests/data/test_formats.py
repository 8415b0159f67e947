"""Rows of the formats that people keep them in, and the faults of single rows."""

import json
from pathlib import Path

import pytest

from tarot.data.formats import file_rows
from tarot.types import UserError


def _rows(folder: Path, name: str, content: bytes | str) -> list[tuple[str, object]]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [
        (place.removeprefix(f"{folder}/"), str(row) if isinstance(row, UserError) else row)
        for place, row in file_rows(path)
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,text\n1,x\n2,\n"),
        ("a.csv", "\ufeffid;text\r\n1;x\r\n2;\r\n"),
        ("a.csv", "id\ttext\n1\tx\n2\t\n"),
        ("a.tsv", "id\ttext\n1\tx\n2\t\n"),
    ],
)
def test_a_table_is_read_by_its_header_and_an_empty_cell_is_no_column(
    tmp_path: Path, name: str, content: str
) -> None:
    found = _rows(tmp_path, name, content)
    assert found == [(f"{name}:2", {"id": "1", "text": "x"}), (f"{name}:3", {"id": "2"})]


def test_a_row_of_several_lines_stands_where_it_begins(tmp_path: Path) -> None:
    found = _rows(tmp_path, "a.csv", 'id,text\n1,"two\nlines, and ""quotes"""\n\n2,x\n')
    assert found == [
        ("a.csv:2", {"id": "1", "text": 'two\nlines, and "quotes"'}),
        ("a.csv:5", {"id": "2", "text": "x"}),
    ]


def test_a_broken_row_of_a_table_is_a_fault_and_the_next_is_read(tmp_path: Path) -> None:
    places, rows = zip(*_rows(tmp_path, "a.csv", 'id,text\n1\n2,"a"b\n3,x\n4,"open\n'), strict=True)
    fault = str(tmp_path / "a.csv")
    assert places == ("a.csv:2", "a.csv:3", "a.csv:4", "a.csv:5")
    assert rows[0] == f"{fault}:2: 1 cells, where the header has 2 columns"
    assert rows[1].startswith(f"{fault}:3: not a row of a table: ")
    assert rows[2] == {"id": "3", "text": "x"}
    assert rows[3].startswith(f"{fault}:5: not a row of a table: ")


def test_a_cell_of_a_megabyte_is_read(tmp_path: Path) -> None:
    text = "x" * 2**20
    assert _rows(tmp_path, "a.csv", f"id,text\n1,{text}\n") == [
        ("a.csv:2", {"id": "1", "text": text})
    ]


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (json.dumps([{"a": 1}, {"a": 2}], indent=1), ["a.json: row 1", "a.json: row 2"]),
        ('{"a": 1}\n{"a": 2}\n', ["a.json:1", "a.json:2"]),
    ],
)
def test_json_is_a_list_of_rows_or_lines_of_them(
    tmp_path: Path, content: str, places: list[str]
) -> None:
    found = _rows(tmp_path, "a.json", content)
    assert found == [(place, {"a": number}) for number, place in enumerate(places, start=1)]


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.xlsx", "", "none of .jsonl, .json, .parquet, .csv, .tsv; convert it to one"),
        ("a.json", "[1,", "not JSON (Expecting value: line 1 column 4 (char 3))"),
        ("a.csv", "id,id\n1,2\n", "two columns are named 'id'; rename one"),
    ],
)
def test_a_file_that_is_broken_as_a_whole_is_one_line(
    tmp_path: Path, name: str, content: str, line: str
) -> None:
    with pytest.raises(UserError) as caught:
        _rows(tmp_path, name, content)
    assert str(caught.value) == f"data.path: {tmp_path / name}: {line}"
