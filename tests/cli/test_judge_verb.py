"""`tarot judge` on files of both kinds."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tarot.cli.main import main

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

ADD = "print(int(input()) + 1)"
RIGHT = {"name": "right", "code": ADD, "stdin": "1\n", "expected_stdout": "2\n"}
PROBLEM = {
    "id": "add",
    "statement": "Add one.",
    "tests": [
        {"stdin": "1\n", "expected": "2\n", "tier": "basic"},
        {"stdin": "-1\n", "expected": "0\n", "tier": "edge"},
    ],
    "reference": ADD,
}


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Write rows to a file in the folder where the command runs."""

    def write(*rows: object) -> str:
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return "file=rows.jsonl"

    return write


def test_every_row_gets_a_line_and_its_verdict(cli: Cli, file: Callable[..., str]) -> None:
    wrong = {**RIGHT, "name": "wrong", "code": "print(3)", "verdict": "time_limit"}
    free = {**RIGHT, "name": "free", "code": "1 / 0"}
    other = {**wrong, "name": "other", "alt": ["wrong_answer"]}

    result = cli("judge", file({**RIGHT, "verdict": "accepted"}, wrong, free, other))

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["name"], line["verdict"]) for line in lines] == [
        ("right", "accepted"),
        ("wrong", "wrong_answer"),
        ("free", "runtime_error"),
        ("other", "wrong_answer"),
    ]
    assert lines[3]["expected_verdicts"] == ["time_limit", "wrong_answer"]
    assert result.stderr == (
        "rows.jsonl: 4 tests: 2 wrong_answer, 1 accepted, 1 runtime_error; "
        "1 expected verdicts missed: wrong[0] wrong_answer\n"
    )
    assert result.returncode == 1


def test_verdicts_that_have_no_place_to_go_are_not_made(cli: Cli, file: Callable[..., str]) -> None:
    result = cli("judge", file(RIGHT), "out=no/verdicts.jsonl")

    assert result.returncode == 2
    assert result.stderr == (
        "out: no/verdicts.jsonl: its folder does not exist; make it or name another\n"
    )


def test_a_reference_is_judged_by_each_test_of_its_problem(
    cli: Cli, tmp_path: Path, file: Callable[..., str]
) -> None:
    other = {**PROBLEM, "id": "none", "reference": None}

    result = cli("judge", file(PROBLEM, other), "out=verdicts.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "verdicts.jsonl").read_text().splitlines()]
    assert [(one["name"], one["test"], one["tier"], one["verdict"]) for one in lines] == [
        ("add", 0, "basic", "accepted"),
        ("add", 1, "edge", "accepted"),
    ]
    assert (result.returncode, result.stdout) == (0, "")


def test_a_reference_that_is_not_accepted_fails(cli: Cli, file: Callable[..., str]) -> None:
    result = cli("judge", file({**PROBLEM, "reference": "print(2)"}))

    assert result.returncode == 1
    assert result.stderr.endswith("1 expected verdicts missed: add[1] wrong_answer\n")


def test_the_samples_references_are_accepted(cli: Cli, shared: Path) -> None:
    result = cli("judge", f"file={shared / 'tarot/sample.jsonl'}")

    assert result.returncode == 0
    assert result.stderr.endswith("40 tests: 40 accepted; 0 expected verdicts missed\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, "file: rows.jsonl: no such file; name a .jsonl file"),
        ("", "data.path: rows.jsonl: the file is empty"),
        (json.dumps(RIGHT) + "\n{oops\n", "rows.jsonl:2: not JSON"),
        (json.dumps(RIGHT) + "\n[]\n", "rows.jsonl:2: not a JSON object"),
        ('{"name": "a", "code": ""}', "rows.jsonl:1: expected_stdout: missing; every row needs it"),
        (json.dumps({**RIGHT, "verdct": 1}), "rows.jsonl:1: verdct: no such column; did you mean"),
        (json.dumps({**RIGHT, "verdict": "right"}), 'rows.jsonl:1: verdict: "right" should be'),
        (json.dumps({**RIGHT, "needs": "secomp"}), "rows.jsonl:1: needs: no layer 'secomp'; did"),
        (json.dumps({**PROBLEM, "tests": []}), "rows.jsonl:1: tests: a suite without tests"),
        (json.dumps({**PROBLEM, "reference": None}), "file: rows.jsonl: no problem has a ref"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: str | None,
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "rows.jsonl").write_text(text)

    code, error = main(["judge", "file=rows.jsonl"]), capsys.readouterr().err

    assert (code, error.count("\n")) == (2, 1)
    assert error.startswith(line)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "file: missing; give file=…"),
        (("file=x", "grading.limits.cpu=1"), "grading.limits.cpu: no such key; did you mean"),
        (("file=x", "sandbox.slot=1"), "sandbox.slot: LocalSandbox has no such key; did you mean"),
    ],
)
def test_a_bad_argument_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    code, error = main(["judge", *arguments]), capsys.readouterr().err

    assert (code, error.count("\n")) == (2, 1)
    assert error.startswith(line)
