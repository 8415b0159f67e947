"""`launcher=slurm`: its script, and jobs of submitit's local executor around a stand-in."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from launchers.job import read_job
from launchers.local import LocalLauncher
from launchers.slurm import SlurmLauncher
from launchers.slurm_node import NodeTask
from tarot.config.targets import build
from tarot.runs.queueing import QueueingLauncher
from tarot.types import Launcher, Outcome, Run, RunState
from tests.launchers.slurm_runs import config, launcher, make_run_directory, run

PATIENCE_S = 60
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run directory, in which the test works."""
    make_run_directory(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def local() -> SlurmLauncher:
    return on_this_machine()


def on_this_machine(*overrides: str) -> SlurmLauncher:
    return launcher(
        "launcher.cluster=local",
        "launcher.inner._target_=launchers.local.LocalLauncher",
        *overrides,
    )


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)


def starts(folder: Path) -> list[int]:
    path = folder / "starts"
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


def task_of(job_id: str) -> psutil.Process:
    """The process that submitit's controller, which the job is named after, runs the task in."""
    (task,) = psutil.Process(int(job_id)).children()
    return task


def outcome_of(folder: Path, launcher: SlurmLauncher) -> dict[str, Any]:
    wait_for(lambda: launcher.active_job(folder) is None)
    outcome: dict[str, Any] = json.loads((folder / "outcome.json").read_text())
    return outcome


def test_the_script_for_two_nodes_is_this(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = config(
        "hardware=gpu16_80gb",
        "launcher.partition=big",
        "launcher.account=lab",
        "launcher.qos=high",
        "launcher.constraint=h100",
        "launcher.mem_gb=900",
        "launcher.setup=[module load cuda]",
    )
    built: SlurmLauncher = build("launcher", settings["launcher"])
    text = built.render(Run("runs/r", ("python", "-m", "tarot.training", "runs/r")), settings)
    shown = text.replace(str(tmp_path), "FOLDER").replace(sys.executable, "PYTHON")
    assert shown == (GOLDEN / "slurm_two_nodes.sh").read_text()
    assert not (tmp_path / "runs").exists()


def test_it_is_known_to_queue(local: SlurmLauncher) -> None:
    assert isinstance(local, QueueingLauncher)
    assert not isinstance(LocalLauncher(), QueueingLauncher)


def test_a_run_is_submitted_at_once_and_its_outcome_is_left(
    folder: Path, local: SlurmLauncher
) -> None:
    outcome = local.launch(run(folder, ""))
    job = read_job(folder)
    assert job is not None
    assert outcome == Outcome(RunState.SUBMITTED, job.id)
    assert outcome_of(folder, local) == {
        "state": "finished",
        "detail": "",
        "exit_code": None,
        "job_id": job.id,
    }


def test_a_run_whose_job_is_active_is_not_submitted_again(
    folder: Path, local: SlurmLauncher
) -> None:
    first = local.launch(run(folder))
    wait_for(lambda: len(starts(folder)) == 1)
    assert local.launch(run(folder)) == first
    (folder / "saved").touch()
    assert outcome_of(folder, local)["state"] == "finished"
    assert len(starts(folder)) == 1


def test_a_warned_job_saves_and_goes_on_in_the_queue(folder: Path, local: SlurmLauncher) -> None:
    job_id = local.launch(run(folder)).detail
    wait_for(lambda: len(starts(folder)) == 1)
    task_of(job_id).send_signal(signal.SIGUSR2)
    wait_for(lambda: len(starts(folder)) == 2)
    assert outcome_of(folder, local)["state"] == "finished"
    assert (folder / "saved").exists()


def test_a_child_is_deaf_to_the_warning_which_reaches_every_process(
    folder: Path, local: SlurmLauncher
) -> None:
    local.launch(run(folder))
    wait_for(lambda: len(starts(folder)) == 1)
    os.kill(starts(folder)[0], signal.SIGUSR2)
    (folder / "saved").touch()
    assert outcome_of(folder, local)["state"] == "finished"


def test_a_job_whose_time_is_up_too_often_fails_and_names_the_limit(folder: Path) -> None:
    """Submitit takes a job of a minute for timed out whenever it is warned."""
    launcher = on_this_machine(
        "launcher.max_num_timeout=0", "launcher.timeout_min=1", "launcher.signal_delay_s=1"
    )
    job_id = launcher.launch(run(folder)).detail
    wait_for(lambda: len(starts(folder)) == 1)
    task_of(job_id).send_signal(signal.SIGUSR2)
    outcome = outcome_of(folder, launcher)
    assert outcome["state"] == "failed"
    assert "timed-out too many times. launcher.max_num_timeout is the limit" in outcome["detail"]
    assert len(starts(folder)) == 1


def test_a_job_that_is_ended_by_hand_saves_and_stays_out_of_the_queue(
    folder: Path, local: SlurmLauncher
) -> None:
    job_id = local.launch(run(folder)).detail
    wait_for(lambda: len(starts(folder)) == 1)
    task_of(job_id).terminate()
    assert outcome_of(folder, local)["state"] == "interrupted"
    assert (folder / "saved").exists()
    assert len(starts(folder)) == 1


def test_a_failure_is_left_with_its_cause_and_may_be_submitted_again(
    folder: Path, local: SlurmLauncher
) -> None:
    first = local.launch(run(folder, "import sys; sys.exit('the cause')"))
    outcome = outcome_of(folder, local)
    assert (outcome["state"], outcome["detail"], outcome["exit_code"]) == ("failed", "the cause", 1)
    second = local.launch(run(folder, ""))
    assert second.detail != first.detail
    assert outcome_of(folder, local)["state"] == "finished"


def test_no_secret_of_the_environment_is_in_a_file(
    folder: Path, local: SlurmLauncher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
    local.launch(run(folder, "import os; assert os.environ['HF_TOKEN']"))
    assert outcome_of(folder, local)["state"] == "finished"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".pkl" for path in files)
    assert [path for path in files if b"hf_of_nobody" in path.read_bytes()] == []


def test_the_submitted_object_is_small(folder: Path, local: SlurmLauncher) -> None:
    local.launch(run(folder, ""))
    outcome_of(folder, local)
    (pickle,) = (folder / "submitit").glob("*_submitted.pkl")
    assert pickle.stat().st_size < 2000


class Recording:
    """Leaves what it was made with."""

    def __init__(self, **arguments: object) -> None:
        self._arguments = arguments

    def launch(self, run: Run) -> Outcome:
        (Path(run.directory) / "given.json").write_text(json.dumps(self._arguments))
        return Outcome(RunState.FINISHED)

    def render(self, run: Run, config: Mapping[str, Any]) -> str:
        return ""


@pytest.mark.parametrize(
    ("num_nodes", "given"),
    [
        ("1", {}),
        ("2", {"machine_rank": 1, "main_process_ip": "gpu7", "main_process_port": 24321}),
    ],
)
def test_a_node_is_told_its_rank_and_the_first_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, num_nodes: str, given: dict[str, object]
) -> None:
    """The port is 20000 + 14321 % 10000."""
    variables = {
        "SUBMITIT_EXECUTOR": "slurm",
        "SLURM_JOB_ID": "14321",
        "SLURM_JOB_NUM_NODES": num_nodes,
        "SLURM_JOB_NODELIST": "gpu[7-8]",
        "SLURM_NODEID": "1",
        "SLURM_PROCID": "1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (folder / "scontrol").write_text("#!/bin/sh\nexit 1\n")
    (folder / "scontrol").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    inner: Callable[..., Launcher] = partial(Recording)
    kept = signal.getsignal(signal.SIGUSR2)
    NodeTask(run(folder), inner)()
    signal.signal(signal.SIGUSR2, kept)
    assert json.loads((folder / "given.json").read_text()) == given
    assert not (folder / "outcome.json").exists()


def test_several_nodes_are_refused_on_this_machine(folder: Path, local: SlurmLauncher) -> None:
    (folder / "config.json").write_text(json.dumps(config("hardware=gpu16_80gb")))
    outcome = local.launch(run(folder))
    assert (outcome.state, outcome.exit_code) == (RunState.FAILED, 2)
    assert outcome.detail == "hardware.nodes=2: launcher.cluster=local has one machine"
