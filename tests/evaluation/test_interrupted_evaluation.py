"""A stopped evaluation leaves no process, and the same command does only what is missing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tarot.evaluation import read_scores
from tests.evaluation.small_evalchemy import (
    SmallEvalchemy,
    evaluate,
    make_model,
    plan_faults,
    started,
    working_on,
)

PATIENCE_S = 120.0


def wait_for(model: Path, task: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while task not in started(model):
        assert time.monotonic() < deadline, f"{task} was not started"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.soak)]
)
def test_a_stopped_evaluation_goes_on_where_it_was(
    evalchemy: SmallEvalchemy, root: Path, here: Path, number: signal.Signals
) -> None:
    model = make_model(here / "weights", {"HumanEval": "killed"})
    chosen = evalchemy.arguments("cruxeval", "humaneval")
    arguments = ["model=tiny", f"checkpoint={model}", *chosen]
    command = [sys.executable, "-m", "tarot.cli", "evaluate", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        wait_for(model, "HumanEval")
        process.send_signal(number)
        _, stderr = process.communicate(timeout=PATIENCE_S)
    if number == signal.SIGTERM:
        assert process.returncode == 130
        assert stderr.startswith("stopped; go on with what is missing: ")
    psutil.wait_procs(working_on(model), timeout=10)
    assert working_on(model) == []
    plan_faults(model, {})
    assert evaluate(*arguments) == 0
    assert started(model) == ["CruxEval", "HumanEval", "HumanEval"]
    (folder,) = Path("evaluations").iterdir()
    assert sorted(read_scores(folder)) == ["cruxeval", "humaneval"]
