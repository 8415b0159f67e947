"""Two processes that work in turns, as real children that only note when they have their turn."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tarot.bench.turns import STDERR_LOG, Turn, together, turns

WORKER = """
import json, sys, time
from pathlib import Path
from tarot.bench.turns import Turn

def main(directory):
    folder = Path(directory)
    plan = json.loads((folder / "plan.json").read_text())
    Turn.of_process()  # one that is forgotten takes nothing with it
    turn = Turn.of_process()
    for _ in range(plan["steps"]):
        turn.pass_on()
        with open(folder.parent / "order", "a") as order:
            order.write(folder.name)
    if plan["cause"]:
        sys.exit(plan["cause"])
    return 0
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "worker.py").write_text(WORKER)
    known = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{known}")
    return tmp_path


def directory(folder: Path, name: str, steps: int, cause: str = "") -> Path:
    path = folder / name
    path.mkdir()
    (path / "plan.json").write_text(json.dumps({"steps": steps, "cause": cause}))
    return path


def test_the_sides_work_in_turns_and_the_one_that_is_left_goes_on_alone(folder: Path) -> None:
    directories = [directory(folder, "a", steps=2), directory(folder, "b", steps=5)]
    assert together(["worker", "worker"], directories) == 0
    assert (folder / "order").read_text() == "ababbbb"


def test_a_side_that_fails_ends_the_other_and_is_the_one_that_is_told(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    slow = directory(folder, "a", steps=10**9)
    failing = directory(folder, "b", steps=1, cause="no space left")
    assert together(["worker", "worker"], [slow, failing]) == 1
    assert capfd.readouterr().err == "no space left\n"
    assert (slow / STDERR_LOG).read_text() == ""


def test_the_time_waited_is_that_of_the_other_sides_work() -> None:
    first, second = map(Turn, turns())

    def work() -> None:
        second.pass_on()
        time.sleep(0.3)
        second.pass_on()

    other = threading.Thread(target=work, daemon=True)
    other.start()
    waited_s = [first.pass_on(), first.pass_on()]
    assert waited_s[0] < 0.3 <= waited_s[1]


def test_a_process_of_its_own_takes_no_turns() -> None:
    code = "from tarot.bench.turns import Turn; print(Turn.of_process())"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "None\n"
