"""`tarot report` on sweeps whose runs end in every way."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.runs import RunDirectory, write_json
from tarot.runs.lock import exclusive
from tarot.runs.sweep import SweepDirectory
from tests.cli.scripted import SEEDS, SWEEP, launched, reported
from tests.light import imported

HEAVY = "torch transformers trl vllm datasets pyarrow"


def test_every_run_is_shown_as_it_stands(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, line = reported(capsys, sweep)
    assert rows == [
        "seed=1 | finished | 25.0% | 50.0% |",
        "seed=2 | failed, before step 1 |  |  | the [odd] cause",
        "seed=3 | submitted as job-3 |  |  |",
        "seed=4 | stopped, step 1 of 2 |  |  |",
        "seed=5 | not started |  |  |",
    ]
    assert line.startswith(f"{sweep.path}: 1 of 5 runs done; go on with what is missing: ")
    assert "train -m +experiment=tiny" in line
    assert line.endswith("'launcher.interrupted=[4]'")


def test_what_holds_its_lock_is_running(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    with RunDirectory(sweep.runs()[3].directory).lock():
        rows, _ = reported(capsys, sweep)
    assert rows[3] == "seed=4 | running, step 1 of 2 |  |  |"


def test_a_run_that_is_launched_is_running_before_its_child_comes_to_the_lock(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep.write_launch(sweep.runs()[3], None)
    with sweep.lock():
        rows, line = reported(capsys, sweep)
    assert rows[3] == "seed=4 | running, step 1 of 2 |  |  |"
    assert line == f"{sweep.path}: 1 of 5 runs done; process {os.getpid()} works through them"
    assert reported(capsys, sweep)[0][3] == "seed=4 | stopped, step 1 of 2 |  |  |"


def test_the_same_command_starts_neither_what_is_finished_nor_what_is_submitted(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    launched()
    finished = RunDirectory(sweep.runs()[0].directory).summary_path.stat().st_mtime_ns
    assert main([*SWEEP, SEEDS]) == 0
    assert launched() == ["2", "4", "5"]
    assert RunDirectory(sweep.runs()[0].directory).summary_path.stat().st_mtime_ns == finished
    capsys.readouterr()
    rows, line = reported(capsys, sweep)
    assert [row.split(" | ")[1] for row in rows].count("finished") == 4
    assert line == f"{sweep.path}: 4 of 5 runs done"


def test_a_run_that_another_command_runs_is_left_to_it(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    launched()
    with RunDirectory(sweep.runs()[3].directory).lock():
        assert main([*SWEEP, SEEDS]) == 0
    assert launched() == ["2", "5"]
    assert "running, step 1 of 2" in capsys.readouterr().out


def test_how_many_steps_there_are_follows_from_the_epochs(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step that is half an epoch makes six of three epochs, and five of two and a half."""
    run = RunDirectory(sweep.runs()[3].directory)
    config = run.config()
    for epochs, num_steps in ((3, 6), (2.5, 5)):
        trainer = {**config["trainer"], "max_steps": -1, "num_train_epochs": epochs}
        run.config_path.write_text(json.dumps({**config, "trainer": trainer}))
        rows, _ = reported(capsys, sweep)
        assert rows[3] == f"seed=4 | stopped, step 1 of {num_steps} |  |  |"


def test_a_sweep_is_found_after_it_and_its_runs_were_moved(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _ = reported(capsys, sweep)
    Path("moved").mkdir()
    for name in ("runs", "sweeps"):
        shutil.move(name, "moved")
    after, _ = reported(capsys, SweepDirectory("moved" / sweep.path))
    assert after == before


def test_a_sweep_from_an_archive_stands_as_it_did(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = reported(capsys, sweep)
    assert main(["pack", f"sweep={sweep.path}", "out=all.tar.gz"]) == 0
    with tarfile.open("all.tar.gz") as files:
        files.extractall("there", filter="data")
    for name in ("runs", "sweeps"):
        shutil.rmtree(name)
    monkeypatch.chdir("there")
    moved = SweepDirectory(Path(sweep.path.name))
    assert reported(capsys, moved)[0] == before
    assert {str(run.directory.parent) for run in moved.runs()} == {f"{moved.path}/runs"}


def test_another_run_in_the_directory_is_not_taken_for_the_sweeps(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    identity = RunDirectory(sweep.runs()[0].directory).identity_path
    identity.write_text(identity.read_text().replace('"sha": "', '"sha": "other-'))
    assert reported(capsys, sweep)[0][0] == "seed=1 | not started |  |  |"


def test_a_report_imports_nothing_heavy(sweep: SweepDirectory) -> None:
    assert imported(HEAVY, "report", f"sweep={sweep.path}", "page=false") == ""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["sweep=runs"], "runs: no directory of a sweep, it has no sweep.json\n"),
        ([], "run, sweep: give one of them, run=DIR or sweep=DIR\n"),
        (["sweep=runs", "run=x"], "run, sweep: give one of them, run=DIR or sweep=DIR\n"),
        (["run=x"], "x: no run directory, it has no config.json\n"),
        (["run=x", "page=false"], "page: a report on a run is its page; leave page=false out\n"),
        (["run=x", "out=y/z.html"], "out: y/z.html: its folder does not exist; make it or name"),
        (["run=x", "completions=-1"], "completions: -1 should be greater than or equal to 0\n"),
        (["run=x", "sandbox.slot=1"], "sandbox.slot: LocalSandbox has no such key; did you mean"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(line)
    assert error.count("\n") == 1


def test_the_page_of_a_sweep_lays_its_runs_side_by_side(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first has finished and the fourth was stopped, each with a step in its log."""
    first, _, _, fourth, _ = (RunDirectory(run.directory) for run in sweep.runs())
    estimate = {"mean": 0.5, "low": 0.25, "high": 0.75, "num_clusters": 8, "num_samples": 8}
    change = dict.fromkeys(("before", "after", "difference"), estimate)
    write_json(first.summary_path, {"splits": {"test": {"suite": change}}})
    for run in (first, fourth):
        run.log.append({"step": 2, "reward": 0.125})
    (first.path / "report.html").touch()
    assert main(["report", f"sweep={sweep.path}"]) == 0
    assert (
        capsys.readouterr().out.splitlines()[-1].startswith(f"written to {sweep.path}/report.html")
    )
    page = (sweep.path / "report.html").read_text()
    assert page.count("<svg") == 2
    for text in (
        f'<a href="../../{first.path}/report.html">{first.path.name}</a>',
        "<td>seed=2</td><td>failed, before step 1</td>",
        "<td>seed=4</td><td>stopped, step 2 of 2</td>",
        '<th scope="row">1: seed=1</th><td class="figure">50.0% [25.0%, 75.0%]</td>',
        '<th scope="row">seed</th><td>1</td><td>2</td>',
        '"name": "4: seed=4"',
        "<td>seed=5</td><td>not started</td>",
    ):
        assert text in page


def test_looking_never_stops_a_run_from_starting(sweep: SweepDirectory) -> None:
    """Whoever looks holds the lock for an instant, which is waited for."""
    lock = RunDirectory(sweep.runs()[4].directory).lock_path
    lock.parent.mkdir()
    code = f"""
from pathlib import Path
from tarot.runs.lock import is_held
while True:
    is_held(Path({str(lock)!r}))
"""
    looker = subprocess.Popen([sys.executable, "-c", code])
    try:
        for _ in range(2000):
            with exclusive(lock):
                pass
    finally:
        looker.kill()
        looker.wait()
