"""Runs of a sweep that wait in a queue, or have left it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.runs import RunDirectory
from tarot.runs.endings import leave
from tarot.runs.sweep import SweepDirectory
from tarot.types import Outcome, RunState
from tests.cli.scripted import SEEDS, SWEEP, launched, reported

ONE = "seed=3"


def in_a_child(run: RunDirectory) -> None:
    """Another process takes the run's lock and lets go of it, as a child of the run does."""
    code = f"""
from pathlib import Path
from tarot.runs import RunDirectory
with RunDirectory(Path({str(run.path)!r})).lock():
    pass
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_submitted_run_that_began_and_is_no_longer_there_has_stopped(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    in_a_child(RunDirectory(sweep.runs()[2].directory))
    assert reported(capsys, sweep)[0][2] == "seed=3 | stopped, before step 1 |  |  |"


@pytest.mark.parametrize(
    ("job_id", "left", "shown"),
    [
        (
            "job-3",
            Outcome(RunState.FAILED, "a log line\nCUDA is lost", 1),
            "failed, before step 1 |  |  | CUDA is lost",
        ),
        ("job-3", Outcome(RunState.SUBMITTED, "job-3"), "submitted as job-3 |  |  |"),
        ("job-3", Outcome(RunState.INTERRUPTED), "stopped, before step 1 |  |  |"),
        ("job-2", Outcome(RunState.FAILED, "of before"), "stopped, before step 1 |  |  |"),
    ],
)
def test_a_submitted_run_that_has_ended_is_shown_as_its_job_has_left_it(
    sweep: SweepDirectory,
    capsys: pytest.CaptureFixture[str],
    job_id: str,
    left: Outcome,
    shown: str,
) -> None:
    run = RunDirectory(sweep.runs()[2].directory)
    in_a_child(run)
    leave(run.path, job_id, left)
    assert reported(capsys, sweep)[0][2] == f"seed=3 | {shown}"


def test_a_submitted_run_that_has_stopped_is_started_again(sweep: SweepDirectory) -> None:
    in_a_child(RunDirectory(sweep.runs()[2].directory))
    launched()
    main([*SWEEP, SEEDS])
    assert launched() == ["2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("active", "started"), [("3", ["2", "4", "5"]), ("", ["2", "3", "4", "5"])]
)
def test_a_submitted_run_is_submitted_again_where_its_job_is_gone(
    sweep: SweepDirectory, active: str, started: list[str]
) -> None:
    Path("active").write_text(active)
    launched()
    main([*SWEEP[:-1], "launcher._target_=swept.AskedLauncher", SEEDS])
    assert launched() == started


def test_a_run_that_another_command_finds_in_the_queue_is_still_submitted(
    sweep: SweepDirectory, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The job that one process has submitted is there when a second one asks."""
    Path("active").write_text("3")
    asking = [*SWEEP[:-1], "launcher._target_=swept.AskedLauncher", SEEDS]
    subprocess.run(
        [sys.executable, "-m", "tarot.cli", *asking],
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
    )
    run = RunDirectory(sweep.runs()[2].directory)
    assert reported(capsys, sweep)[0][2] == "seed=3 | submitted as job-3 |  |  |"
    with run.lock():
        assert main(asking) == 0
    capsys.readouterr()
    assert reported(capsys, sweep)[0][2] == "seed=3 | stopped, before step 1 |  |  |"


def test_a_run_whose_job_is_gone_is_free_for_another_launcher(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a sweep of its own."""
    Path("active").touch()
    asked = ("launcher._target_=swept.AskedLauncher", "launcher.submitted=[3]")
    main([*SWEEP[:-1], *asked, ONE])
    launched()
    directory = sweep.runs()[2].directory
    for answer, remedy in (("3", "cancel it there"), (None, "nobody answers; try again\n")):
        Path("active").write_text(answer) if answer else Path("active").unlink()
        capsys.readouterr()
        assert main([*SWEEP, ONE]) == 0
        line = f"{directory}: left alone, it is submitted as job-3; {remedy}"
        assert line in capsys.readouterr().out
        assert not Path("launched").exists()
    Path("active").touch()
    assert main([*SWEEP, ONE]) == 0
    assert launched() == ["3"]
