"""What `tarot compare` refuses, each in one line."""

from pathlib import Path
from typing import Any

import pytest

from tarot.evaluation.scores import write_score
from tests.evaluation.compared_runs import (
    compared,
    refused,
    score_of,
    solved,
    write_run,
    write_seeds,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_run_against_several_of_other_seeds_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    old, new = write_seeds("old", 4, 6), write_seeds("new", 7, first=3)
    assert refused(capsys, f"a={old}", f"b={new}") == (
        "b: one run, of seed 3, against a's of seeds 1, 2; give a one of that seed, or b more "
        "runs\n"
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"data": {"num_problems": 12}, "data_hash": "b" * 64},
            "old and new were measured on other problems, by data.num_problems; measure both alike",
        ),
        (
            {"data_hash": "b" * 64},
            "old and new were measured on other problems, by the content of their data; measure",
        ),
        (
            {"grading": {"comparator": "published"}},
            "old and new were measured otherwise, in settings.grading.comparator; measure both",
        ),
        (
            {"trainer": {"temperature": 0.5}},
            "old and new were measured otherwise, in settings.sampling.temperature; measure both",
        ),
    ],
)
def test_what_was_measured_otherwise_is_not_compared(
    capsys: pytest.CaptureFixture[str], changes: dict[str, Any], line: str
) -> None:
    write_run(Path("old"), solved(1, of=2), seed=1)
    write_run(Path("new"), solved(2, of=2), seed=1, **changes)
    assert refused(capsys, "a=old", "b=new").startswith(line)
    for run in ("old", "new"):
        write_score(Path(run), score_of("tiers", [1.0, 0.0]), "0123456789ab")
    plain = compared("a=old", "b=new", "benchmark=tiers")
    assert [one["measured"] for one in plain["figures"]] == ["tiers"]
    own = [text for text in plain["remarks"] if text.startswith("The runs' own figures")]
    assert own == [f"The runs' own figures are left out: {line.partition(';')[0]}."]


def test_a_benchmark_that_is_missing_or_was_measured_otherwise_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_run(Path("old"), solved(1, of=2), seed=1)
    write_run(Path("new"), solved(2, of=2), seed=1)
    write_score(Path("old"), score_of("mbpp", [1.0, 0.0]), "0123456789ab")
    assert refused(capsys, "a=old", "b=new", "benchmark=mbpp") == (
        "benchmark=mbpp: new has no score of it; it has none; run `python evaluate.py "
        "checkpoint=new benchmark=mbpp`\n"
    )
    write_score(Path("new"), score_of("mbpp", [1.0, 0.0], commit="y"), "0123456789ab")
    assert refused(capsys, "a=old", "b=new", "benchmark=mbpp") == (
        "benchmark=mbpp: old and new were measured otherwise, in settings.commit; evaluate both "
        "alike\n"
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "b: missing; give b=…"),
        (("b=nowhere",), "nowhere: no run directory, it has no config.json"),
        (("a=[]", "b=new"), "a: empty; name the directory of a run, or several as [DIR,DIR]"),
        (("a=old*", "b=new"), "a: old*: matches no directory of a run"),
        (("a=begun", "b=new"), "begun: not finished; train it to its end"),
        (
            ("a=[new,again]", "b=new"),
            "a: new and again both have seed 1, and they are the same run",
        ),
        (("a=new", "b=new", "out=x.txt"), "out: x.txt: neither .json nor .csv; name one of them"),
        (("b=new", "benchmark=mbpp"), "a: missing; a benchmark's scores are of trained runs"),
        (("b=new", "c=new"), "c: no such key"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    for name in ("new", "again", "begun"):
        write_run(Path(name), solved(1, of=2), seed=1)
    Path("begun/summary.json").unlink()
    assert refused(capsys, *arguments).startswith(line)
