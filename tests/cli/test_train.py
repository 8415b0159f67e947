"""`tarot train` around its child, which a launcher of the test's own stands in for."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small_disk import small_disk

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

LAUNCHER = '''
from pathlib import Path
from tarot.types import Outcome, RunState, UserError

class ScriptedLauncher:
    """Ends each run as told, by seed."""

    def __init__(self, fails_at: int = -1, exit_code: int = 1, state: str = "failed") -> None:
        self._failure = fails_at, Outcome(RunState(state), "a log line\\nthe cause", exit_code)

    def launch(self, run):
        import json
        seed = json.loads((Path(run.directory) / "config.json").read_text())["seed"]
        print("launched", seed, *run.command[1:])
        fails_at, outcome = self._failure
        if seed == fails_at:
            return outcome
        (Path(run.directory) / "summary.json").write_text("{}")
        return Outcome(RunState.FINISHED)

    def render(self, run, config):
        return f"would launch {config['seed']} in {run.directory}"

class RefusingLauncher(ScriptedLauncher):
    """Refuses what is to fail."""

    def launch(self, run):
        outcome = super().launch(run)
        if outcome.state is RunState.FAILED:
            raise UserError("no such machine")
        return outcome
'''
TINY = ("train", "+experiment=tiny", "launcher._target_=mine.ScriptedLauncher", "seed=1")


@pytest.fixture
def scripted(cli: Cli, tmp_path: Path) -> Cli:
    (tmp_path / "mine.py").write_text(LAUNCHER)
    return cli


def test_the_child_gets_the_path_of_a_directory_with_the_resolved_config(
    scripted: Cli, tmp_path: Path
) -> None:
    result = scripted(*TINY)
    assert (result.returncode, result.stderr) == (0, "")
    (directory,) = (tmp_path / "runs").iterdir()
    assert directory.name.startswith("tiny-")
    launched, following = result.stdout.splitlines()
    assert launched == f"launched 1 -m tarot.training runs/{directory.name}"
    assert following.startswith("next: ")
    assert following.endswith(f"tarot reproduce run=runs/{directory.name}")
    config = json.loads((directory / "config.json").read_text())
    assert config["seed"] == 1
    assert "${" not in json.dumps(config)
    assert {path.name for path in tmp_path.iterdir()} <= {"mine.py", "runs", "__pycache__"}


def test_a_finished_run_is_left_alone(scripted: Cli, tmp_path: Path) -> None:
    scripted(*TINY, "run_dir=done")
    result = scripted(*TINY, "run_dir=done")
    assert (result.returncode, result.stdout) == (0, "done is finished; nothing to do\n")


def test_a_named_directory_with_another_run_is_refused(scripted: Cli) -> None:
    scripted(*TINY, "run_dir=mine")
    result = scripted(*TINY, "run_dir=mine", "trainer.beta=0.5")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "trainer.beta" in result.stderr


def test_a_failure_tells_cause_and_log(scripted: Cli) -> None:
    result = scripted(*TINY, "launcher.fails_at=1", "run_dir=d")
    assert result.returncode == 1
    *tail, last = result.stderr.splitlines()
    assert tail == ["a log line", "the cause"]
    assert last.startswith("d failed with exit code 1: the cause; see d/logs, then go on")
    assert last.endswith("launcher.fails_at=1 run_dir=d")


def test_a_users_error_of_the_child_is_one_line(scripted: Cli) -> None:
    result = scripted(*TINY, "launcher.fails_at=1", "launcher.exit_code=2")
    assert (result.returncode, result.stderr) == (2, "the cause\n")


def test_an_interrupted_run_says_how_to_go_on(scripted: Cli) -> None:
    result = scripted(*TINY, "launcher.fails_at=1", "launcher.state=interrupted")
    assert result.returncode == 130
    assert "tarot train +experiment=tiny" in result.stderr


def test_a_failed_job_does_not_end_a_sweep(scripted: Cli) -> None:
    result = scripted("train", "-m", *TINY[1:3], "seed=1,2,3", "launcher.fails_at=2")
    launched = [line.split()[1] for line in result.stdout.splitlines() if "launched" in line]
    assert launched == ["1", "2", "3"]
    assert result.returncode == 1
    assert result.stdout.count("finished") == 2
    assert "the cause" in result.stdout


def test_a_launcher_that_refuses_a_run_does_not_end_a_sweep(scripted: Cli) -> None:
    refuses = ("launcher._target_=mine.RefusingLauncher", "launcher.fails_at=1")
    result = scripted("train", "-m", TINY[1], *refuses, "seed=1,2")
    assert "launched 2 " in result.stdout
    assert "no such machine" in result.stdout
    assert (result.returncode, result.stderr) == (2, "")


@pytest.mark.parametrize("folder", ["runs_dir", "sweeps_dir"])
def test_a_disk_that_is_full_before_anything_starts_is_one_line(
    scripted: Cli, tmp_path: Path, folder: str
) -> None:
    with small_disk(tmp_path / "disk", 64):
        (tmp_path / "disk" / "filler").write_bytes(bytes(64 * 1024))
        alone = () if folder == "runs_dir" else ("-m",)
        result = scripted(*TINY, *alone, f"{folder}=disk")
    assert result.returncode == 2
    told = re.escape(": the disk is full; make space, then give the same command again\n")
    assert re.fullmatch(rf"disk/tiny-[0-9a-f]{{8}}{told}", result.stderr)


def test_an_interruption_ends_a_sweep(scripted: Cli) -> None:
    interrupted = ("launcher.fails_at=2", "launcher.state=interrupted")
    result = scripted("train", "-m", *TINY[1:3], "seed=1,2,3", *interrupted)
    assert "launched 3" not in result.stdout
    assert result.returncode == 130


def test_a_dry_run_plans_without_a_trace(cli: Cli, tmp_path: Path) -> None:
    result = cli("train", "dry_run=true", "curriculum=forward_ce")
    assert result.returncode == 0
    assert "64 problems x 7 completions = 448 = 7 processes x 2 x 32" in result.stdout
    assert "from 20%: basic 0.15, intermediate 0.15" in result.stdout
    assert "hardware.gpus=8" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_of_an_adaptive_curriculum_is_decided_at_start(cli: Cli) -> None:
    assert "decided at start" in cli("train", "+experiment=demo", "dry_run=true").stdout
