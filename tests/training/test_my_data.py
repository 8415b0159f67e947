"""The page on data of one's own, typed command by command in a fresh folder."""

import json
import shlex
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.runs.exits import Exit
from tarot.runs.rollouts import read_rollouts
from tests.documents import DOCS, typed_lines, write_own_files
from tests.training.in_process import prepared_from, run_child
from tests.training.workplace import ROOT, Workplace

pytestmark = pytest.mark.e2e

PAGE = DOCS / "my-data.md"
IDS = ["add-one", "double", "largest", "letters"]
CHECK, PLAN, TRAIN = (shlex.split(line)[1:] for line in typed_lines(PAGE))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_own_files(tmp_path, [PAGE])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_table_under_other_names_is_checked_planned_and_trained_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The training is in this process, and under a policy that needs no probe."""
    assert main(CHECK) == Exit.OK
    shown = capsys.readouterr().out
    assert "nothing found" in shown
    assert "4, 0 refused by their own suites" in shown
    rows = [json.loads(line) for line in Path("problems.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == IDS
    assert [test["tier"] for test in rows[0]["tests"]] == ["basic", "complex"]
    assert main(["train", *PLAN[1:]]) == Exit.OK
    assert "128 in all" in capsys.readouterr().out
    run = prepared_from(*TRAIN[1:], "curriculum=average", "trainer.max_steps=1")
    assert run_child(run) == Exit.OK
    assert {row.problem_id for row in read_rollouts(run)} < set(IDS)


def test_bad_rows_are_named_one_by_one_and_the_others_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path("mine.csv").read_text().splitlines()
    text[1:3] = [text[1].replace('""output"": 0', '""out"": 0'), text[2].partition(",")[0]]
    text[3] = text[3].replace("hard", "odd")
    Path("mine.csv").write_text("\n".join(text))
    assert main(CHECK) == Exit.FAILED
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "mine.csv:2: tests.1.expected: missing; no 'output'" in shown
    assert "mine.csv:3: 1 cells, where the header has 4 columns" in shown
    assert "mine.csv:4: tests.1.tier: 'odd'; Input should be 'basic', 'intermediate'," in shown
    (row,) = map(json.loads, Path("problems.jsonl").read_text().splitlines())
    assert row["id"] == "letters"
    names = CHECK[-2:]
    data = ("+experiment=tiny", "data=jsonl", "data.path=mine.csv", *names)
    assert main(["train", *data]) == Exit.USER_ERROR
    assert capsys.readouterr().err.startswith("data: mine.csv:2: tests.1.expected: missing; no ")


def test_a_check_without_names_proposes_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "check", "file=mine.csv", "model=tiny", "prompt=plain"]) == Exit.FAILED
    (columns,) = (word for word in CHECK if word.startswith("data.columns="))
    assert f"say which is which, as '{columns}'\n" in capsys.readouterr().out


@pytest.mark.soak
def test_the_page_can_be_typed_as_it_stands(folder: Path) -> None:
    place = Workplace(folder)
    for program, line in (("-m", ["tarot.cli", *CHECK]), ("", PLAN), ("", TRAIN)):
        command = [program, *line] if program else [str(ROOT / line[0]), *line[1:]]
        done = place.finish(place.start(*command))
        assert done.returncode == Exit.OK, done.stderr
    assert done.stdout.splitlines()[-1].startswith("next: ")
