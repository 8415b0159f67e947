"""`tarot conformance` on rows of a file; the package's own are tried by tests/conformance."""

import json
from pathlib import Path

import pytest

from tarot.cli.main import main

ROW = {"name": "adds", "code": "print(int(input()) + 1)", "stdin": "1", "expected_stdout": "2"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("verdict", "code"), [("accepted", 0), ("security", 1)])
def test_the_exit_code_says_whether_all_was_met(
    folder: Path, capsys: pytest.CaptureFixture[str], verdict: str, code: int
) -> None:
    (folder / "rows.jsonl").write_text(json.dumps({**ROW, "verdict": verdict}))

    result = main(["conformance", "file=rows.jsonl", "out=findings.json", "sandbox.slots=1"])

    written = capsys.readouterr()
    findings = json.loads((folder / "findings.json").read_text())
    assert result == code
    assert [finding["name"] for finding in findings] == ["adds", "files", "open folder", "service"]
    assert findings[0]["found"] == "accepted"
    assert "adds" in written.out
    assert written.err.startswith(f"{4 - code} met, {code} missed, 0 not tried")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("file=none.jsonl",), "file: none.jsonl: no such file"),
        (("limits.cpu=1",), "limits.cpu: no such key; did you mean cpu_s?"),
        (("remove_orphans=true",), "remove_orphans: this sandbox leaves none"),
        (("sandbox=lokal",), "sandbox=lokal: no such option; did you mean local?"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    code, error = main(["conformance", *arguments]), capsys.readouterr().err

    assert (code, error.count("\n")) == (2, 1)
    assert error.startswith(line)
