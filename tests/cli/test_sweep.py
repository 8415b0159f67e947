"""Sweeps: what is asked for, where it is kept, and typing the command again."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tarot.cli.composition import CONF, compose
from tarot.runs import RunDirectory
from tarot.runs.sweep import SweepDirectory, locate_sweep
from tarot.types import UserError
from tests.cli.scripted import LAUNCHER, SWEEP

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

# The nine models and their sizes, in the order of the published table.
MODELS = {
    "qwen2.5-1.5b": "Qwen/Qwen2.5-1.5B-Instruct (1,543,714,304)",
    "qwen2.5-3b": "Qwen/Qwen2.5-3B-Instruct (3,085,938,688)",
    "qwen2.5-7b": "Qwen/Qwen2.5-7B-Instruct (7,615,616,512)",
    "qwen2.5-coder-1.5b": "Qwen/Qwen2.5-Coder-1.5B-Instruct (1,543,714,304)",
    "qwen2.5-coder-3b": "Qwen/Qwen2.5-Coder-3B-Instruct (3,085,938,688)",
    "qwen2.5-coder-7b": "Qwen/Qwen2.5-Coder-7B-Instruct (7,615,616,512)",
    "qwen3-4b": "Qwen/Qwen3-4B-Instruct-2507 (4,022,468,096)",
    "gemma2-2b": "google/gemma-2-2b-it (2,614,341,888)",
    "gemma2-9b": "google/gemma-2-9b-it (9,241,705,984)",
}
ONLINE_OR_CHOSEN = {"adaptive", "bandit", "mastery"}
DRY = ("curriculum=adaptive", "-m", "dry_run=true", "hardware=gpu8_80gb")
PATIENCE_S = 600
LOOK = "print(next(Path().glob('sweeps/*/sweep.json')).read_text())"
NUM_STEPS = 6
REAL = (
    *("train", "-m", "+experiment=tiny", "launcher=local", "seed=1,2"),
    *("curriculum=average,forward_ce", f"trainer.max_steps={NUM_STEPS}"),
    *("data.num_problems=6", "data.num_held_out=4"),
)


@pytest.fixture
def swept(cli: Cli, tmp_path: Path) -> Cli:
    (tmp_path / "swept.py").write_text(LAUNCHER)
    return cli


def test_the_nine_models_are_planned_alike_by_the_sweep_and_by_their_names(
    cli: Cli, tmp_path: Path
) -> None:
    short = cli("train", "+sweep=models", *DRY)
    typed = cli("train", f"model={','.join(MODELS)}", *DRY)
    assert (short.returncode, short.stderr) == (0, "")
    assert short.stdout == typed.stdout
    shown = re.findall(r"^ model +(.+?) *$", short.stdout, re.MULTILINE)
    assert shown == list(MODELS.values())
    directories = re.findall(r"^ directory +runs/(.+)-adaptive-[0-9a-f]{8} *$", short.stdout, re.M)
    assert directories == list(MODELS)
    assert short.stdout.count("64 problems x 7 completions = 448 = 7 processes x ") == 9
    assert list(tmp_path.iterdir()) == []


def test_the_portfolio_is_every_curriculum_that_is_fixed() -> None:
    jobs = compose("train", ["-m", "+sweep=portfolio", "+experiment=tiny"])
    options = {path.stem for path in (CONF / "curriculum").glob("*.yaml")} - ONLINE_OR_CHOSEN
    assert len(jobs) == len(options) == 9
    chosen = {job.overrides[-1] for job in jobs}
    assert chosen | {job.overrides[0] for job in jobs} >= {f"curriculum={one}" for one in options}


def test_the_paper_is_each_model_under_each_fixed_curriculum(cli: Cli) -> None:
    text = cli("train", "+sweep=paper", "--cfg", "hydra").stdout
    params = re.search(r"^    params:\n      model: (.*)\n      curriculum: (.*)\n", text, re.M)
    assert params is not None
    assert params[1].split(",") == list(MODELS)
    options = {path.stem for path in (CONF / "curriculum").glob("*.yaml")} - ONLINE_OR_CHOSEN
    assert sorted(params[2].split(",")) == sorted(options)


@pytest.mark.parametrize("verb", ["train", "plan"])
def test_a_sweep_without_m_is_one_line_that_says_so(cli: Cli, verb: str) -> None:
    result = cli(verb, "+sweep=portfolio", "dry_run=true")
    assert result.returncode == 2
    assert result.stderr == "sweep=portfolio: lists several runs; add -m to run them all\n"


def test_what_was_asked_for_is_there_before_the_first_run_starts(
    swept: Cli, tmp_path: Path
) -> None:
    looking = LAUNCHER.replace("seed = ", f"{LOOK}\n        seed = ", 1)
    (tmp_path / "swept.py").write_text(looking)
    result = swept(*SWEEP, "seed=1")
    _, _, text = result.stdout.partition("\n")
    asked, _ = json.JSONDecoder().raw_decode(text)
    (directory,) = (tmp_path / "runs").iterdir()
    assert asked["arguments"] == [*SWEEP[1:], "seed=1"]
    assert asked["runs"] == [
        {
            "directory": f"../../runs/{directory.name}",
            "sha": directory.name.removeprefix("tiny-"),
            "overrides": ["+experiment=tiny", "launcher._target_=swept.SweptLauncher", "seed=1"],
        }
    ]


def test_a_failed_run_is_tried_again_and_a_finished_one_is_not(swept: Cli, tmp_path: Path) -> None:
    failing = swept(*SWEEP, "seed=1,2,3", "launcher.failed=[2]")
    assert failing.returncode == 1
    assert "failed, before step 1" in failing.stdout
    again = swept(*SWEEP, "seed=1,2,3")
    assert again.returncode == 0
    assert "3 of 3 runs done" in again.stdout
    assert (tmp_path / "launched").read_text().split() == ["1", "2", "3", "2"]
    assert len(list((tmp_path / "sweeps").iterdir())) == 1


def test_a_second_command_of_the_same_sweep_says_who_runs_it(swept: Cli, tmp_path: Path) -> None:
    swept(*SWEEP, "seed=1,2")
    (path,) = (tmp_path / "sweeps").iterdir()
    with SweepDirectory(path).lock():
        second = swept(*SWEEP, "seed=1,2")
    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr == (
        f"sweeps/{path.name}: process {os.getpid()} runs it; wait for it or end it first\n"
    )


def test_runs_that_would_share_a_directory_are_refused_before_any_starts(
    swept: Cli, tmp_path: Path
) -> None:
    result = swept(*SWEEP, "seed=1,2", "run_dir=mine")
    assert result.returncode == 2
    assert result.stderr.startswith("mine: 2 runs of the sweep would lie there; ")
    assert {path.name for path in tmp_path.iterdir()} <= {"swept.py", "__pycache__"}


def test_runs_that_would_be_pushed_to_one_place_are_refused_before_any_starts(
    swept: Cli, tmp_path: Path
) -> None:
    kept = swept(*SWEEP, "seed=1,2", "hub.id=org/x")
    assert (kept.returncode, kept.stderr) == (0, "")
    shutil.rmtree(tmp_path / "runs")
    (tmp_path / "hub").mkdir(exist_ok=True)
    (tmp_path / "hub" / "token").write_text("hf_of_nobody")
    result = swept(*SWEEP, "seed=1,2", "hub.push=true", "hub.id=org/x")
    assert result.returncode == 2
    assert result.stderr.startswith("hub.id=org/x: 2 runs of the sweep would be pushed there; ")
    assert not (tmp_path / "runs").exists()


def test_a_sweep_lies_where_its_overrides_say_in_whatever_order() -> None:
    there = locate_sweep(Path("sweeps"), "tiny", [["seed=1", "a=b"], ["seed=2", "a=b"]])
    assert re.fullmatch(r"sweeps/tiny-[0-9a-f]{8}", str(there.path))
    other_order = [["a=b", "seed=2"], ["a=b", "seed=1"]]
    assert locate_sweep(Path("sweeps"), "tiny", other_order) == there
    other_start = [["seed=1", "a=b", "launcher.nodes=2"], ["seed=2", "a=b", "sandbox=docker"]]
    assert locate_sweep(Path("sweeps"), "tiny", other_start) == there
    pushed = [["seed=1", "a=b", "hub.push=true"], ["seed=2", "a=b", "hub.push=true"]]
    assert locate_sweep(Path("sweeps"), "tiny", pushed) == there
    assert locate_sweep(Path("sweeps"), "tiny", [["seed=1", "a=b"]]) != there


def test_a_folder_of_sweeps_with_an_equals_sign_is_refused() -> None:
    with pytest.raises(UserError, match="sweeps_dir: lr=1/tiny-"):
        locate_sweep(Path("lr=1"), "tiny", [["seed=1"]])


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["+sweep=portfolio"], "portfolio"),
        (["seed=1,2"], "tiny"),
        (["name=a-${seed}", "seed=1,2"], "sweep"),
    ],
)
def test_a_sweep_is_named_by_its_option_else_by_what_its_runs_share(
    swept: Cli, tmp_path: Path, arguments: list[str], name: str
) -> None:
    swept(*SWEEP, *arguments)
    (path,) = (tmp_path / "sweeps").iterdir()
    assert path.name.startswith(f"{name}-")


@pytest.mark.e2e
@pytest.mark.soak
def test_a_sweep_that_was_killed_goes_on_with_what_is_missing(
    cli: Cli, root: Path, tmp_path: Path
) -> None:
    """Killed inside the second of four runs."""
    killed = subprocess.Popen(
        [sys.executable, "-m", "tarot.cli", *REAL],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), "TAROT_CACHE": str(tmp_path / "cache")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: list(tmp_path.glob("sweeps/*/launches.json")))
        (path,) = (tmp_path / "sweeps").iterdir()
        runs = [RunDirectory(tmp_path / run.directory) for run in SweepDirectory(path).runs()]
        wait_for(lambda: len(steps_of(runs[1])) >= 2)
        family = [psutil.Process(killed.pid), *psutil.Process(killed.pid).children(recursive=True)]
    finally:
        killed.send_signal(signal.SIGKILL)
    killed.wait()
    _, left = psutil.wait_procs(family, timeout=30)
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []
    assert len(family) >= 2

    first = cli("report", f"sweep=sweeps/{path.name}").stdout
    states = re.findall(r"finished|stopped, step \d of \d|not started", first)
    assert states[0] == "finished"
    assert states[1].startswith("stopped, step ")
    assert states[2:] == ["not started", "not started"]
    kept = contents(runs[0])

    again = cli(*REAL)
    assert (again.returncode, again.stderr) == (0, "")
    assert [steps_of(run) for run in runs] == [list(range(1, NUM_STEPS + 1))] * 4
    assert all(run.summary_path.exists() for run in runs)
    assert contents(runs[0]) == kept
    assert again.stdout.count("evaluate before-test …") == 2
    assert f"sweeps/{path.name}: 4 of 4 runs done" in again.stdout
    assert list((tmp_path / "sweeps").iterdir()) == [path]
    assert len(list((tmp_path / "runs").iterdir())) == 4


def steps_of(run: RunDirectory) -> list[int]:
    return [line["step"] for line in run.log.steps()]


def contents(run: RunDirectory) -> dict[Path, tuple[int, bytes]]:
    """When each file was written, and what is in it."""
    files = [path for path in run.path.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
