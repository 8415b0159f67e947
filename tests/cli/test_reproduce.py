"""`tarot reproduce` around its child, which a launcher of the test's own stands in for."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tarot.runs import RunDirectory
from tarot.runs.rollouts import Rollout, write_rollouts
from tarot.types import Tier, TierWeights

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

LAUNCHER = """
from tarot.types import Outcome, RunState

class Launcher:
    def launch(self, run):
        print("launched", *run.command[1:])
        return Outcome(RunState.FINISHED)
"""
ROLLOUT = Rollout(
    step=1,
    progress=0.0,
    group=0,
    problem_id="a",
    family=None,
    completion="text",
    program=None,
    truncated=False,
    results=(),
    reward=None,
    parts={},
    weights=TierWeights({Tier.BASIC: 1.0}),
)
ROW = {"id": "a", "statement": "Print 1.", "reference": None}
TEST = {"stdin": "", "expected": "1", "tier": "basic"}


@pytest.fixture
def original(cli: Cli, tmp_path: Path) -> Path:
    """A run on a data file of its own."""
    (tmp_path / "mine.py").write_text(LAUNCHER)
    (tmp_path / "data.jsonl").write_text(json.dumps({**ROW, "tests": [TEST]}))
    data = ("data=jsonl", "data.path=data.jsonl", "data.dev_share=0.0", "data.test_share=0.0")
    launcher = "launcher._target_=mine.Launcher"
    result = cli("train", "+experiment=tiny", *data, launcher, "run_dir=first")
    assert result.returncode == 0, result.stderr
    return tmp_path / "first"


def test_the_same_config_starts_beside_the_run(cli: Cli, original: Path) -> None:
    result = cli("reproduce", "run=first")
    assert (result.returncode, result.stderr) == (1, "")
    assert "launched -m tarot.training first-again" in result.stdout
    assert "first and first-again: no step in common" in result.stdout
    first = json.loads((original / "config.json").read_text())
    again = json.loads((original.with_name("first-again") / "config.json").read_text())
    assert again == {**first, "run_dir": "first-again"}


@pytest.mark.parametrize(
    ("reward", "code", "sentence"),
    [
        (0.5, 0, "steps in common: 1; all the same"),
        (0.75, 1, "the first that differs is 1, the largest difference of reward 0.25"),
    ],
)
def test_the_exit_code_says_whether_a_reproduction_agrees(
    cli: Cli, original: Path, reward: float, code: int, sentence: str
) -> None:
    cli("reproduce", "run=first")
    again = original.with_name("first-again")
    (again / "summary.json").write_text("{}")
    changed = {"class": "machine", "old": 2, "new": 1}
    keys = {"hardware.processes": changed}
    RunDirectory(original).changes.append({"step": 1, "keys": keys, "time": "then"})
    for folder, value in ((original, 0.5), (again, reward)):
        write_rollouts(RunDirectory(folder), 1, [replace(ROLLOUT, reward=value)])
    result = cli("reproduce", "run=first")
    assert (result.returncode, result.stderr) == (code, "")
    assert "launched" not in result.stdout
    told, compared = result.stdout.splitlines()[-2:]
    assert told == (
        "first went on after step 1 on other hardware, which its config no longer says: "
        "hardware.processes 2 -> 1 (machine)"
    )
    assert compared.endswith(sentence)


def test_a_run_is_not_reproduced_in_itself(cli: Cli, original: Path) -> None:
    result = cli("reproduce", "run=first", f"into={original}")
    assert result.returncode == 2
    assert result.stderr.endswith("this is the run itself; name another directory\n")


def test_other_data_under_the_same_name_is_refused(
    cli: Cli, original: Path, tmp_path: Path
) -> None:
    (tmp_path / "data.jsonl").write_text(json.dumps({**ROW, "id": "b", "tests": [TEST]}))
    result = cli("reproduce", "run=first")
    assert result.returncode == 2
    assert result.stderr.startswith("run=first: its data is not the data of today")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "run: missing; give run=DIR, or snapshot=FILE"),
        (("run=nowhere",), "nowhere: no run directory, it has no config.json"),
        (("run=nowhere", "inot=x"), "inot: no such key; did you mean into?"),
    ],
)
def test_bad_input_is_one_line(cli: Cli, arguments: tuple[str, ...], line: str) -> None:
    result = cli("reproduce", *arguments)
    assert (result.returncode, result.stderr) == (2, line + "\n")
