import json
from pathlib import Path

import pytest

from tarot.conformance.reading import corpus, read_rows
from tarot.conformance.rows import Row
from tarot.types import UserError, Verdict

ROW = {"name": "a", "code": "print(1)", "stdin": "", "expected_stdout": "1\n"}


def test_a_row_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    full = {**ROW, "verdict": "security", "alt": ["accepted"], "why": "x", "needs": "mnt|uid"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(full) + "\n\n" + json.dumps(ROW))

    assert read_rows(tmp_path / "rows.jsonl") == [
        Row(
            name="a",
            code="print(1)",
            expected="1\n",
            verdicts=(Verdict.SECURITY, Verdict.ACCEPTED),
            why="x",
            needs=("mnt", "uid"),
        ),
        Row(name="a", code="print(1)", expected="1\n"),
    ]


def test_a_fault_names_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(ROW) + "\n" + json.dumps({**ROW, "alt": ["wrong"]}))

    with pytest.raises(UserError, match=r'rows\.jsonl:2: alt\.0: "wrong" should be'):
        read_rows(file)


def test_every_row_of_the_corpus_has_a_name_of_its_own_and_a_reason() -> None:
    rows = corpus()

    assert len({row.name for row in rows}) == len(rows)
    assert all(row.why and row.verdicts for row in rows)
    assert all(Verdict.INFRASTRUCTURE not in row.verdicts for row in rows)


def test_what_touches_files_of_others_is_tried_behind_a_layer_alone() -> None:
    for row in corpus():
        text = row.code + (row.before or "")
        if any(place in text for place in ("@VICTIM@", "@SECRET@", "@TESTS@", "@OPEN@", "@PORT@")):
            assert row.needs, row.name
