"""The local launcher on real children."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from launchers.environment import child_environment
from launchers.local import LocalLauncher
from tarot.config.schema import HardwareConfig
from tarot.runs.signals import REPETITION_S
from tarot.types import Outcome, Run, RunState

Parent = Callable[..., "subprocess.Popen[str]"]

CPU: dict[str, Any] = {
    "device": "cpu",
    "nodes": 1,
    "processes": 1,
    "gpus": 0,
    "gpu_memory_gb": None,
    "threads": 3,
    "dtype": "float32",
    "autocast": None,
    "per_device_batch_size": 1,
    "gradient_checkpointing": False,
    "sharding": None,
    "vllm": None,
}
SLEEPER = """
import signal, sys, time
from pathlib import Path
from typing import Any
def stop(number, frame):
    Path("saved").write_text(str(number))
    sys.exit(130)
signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, stop)
Path("ready").write_text("")
time.sleep(60)
"""
PARENT = """
import sys
from launchers.local import LocalLauncher
from tarot.types import Run
print(LocalLauncher().launch(Run(".", tuple(sys.argv[1:]))).state)
"""


STUBBORN = """
import signal, time
from pathlib import Path
signal.signal(signal.SIGINT, lambda number, frame: Path("saving").write_text(""))
Path("ready").write_text("")
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps({"hardware": CPU}))
    return tmp_path


def launch(folder: Path, program: str) -> Outcome:
    return LocalLauncher(tail_lines=2).launch(Run(str(folder), (sys.executable, "-c", program)))


@pytest.fixture
def parent(root: Path, folder: Path) -> Parent:
    """Starts a process that launches a child, and waits until the child is ready."""

    def start(program: str = SLEEPER) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", PARENT, sys.executable, "-c", program]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
        )
        wait_for((folder / "ready").exists)
        return process

    return start


def wait_for(condition: Callable[[], bool], limit_s: float = 20) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.02)


def test_a_child_that_exits_with_0_is_finished(folder: Path) -> None:
    assert launch(folder, "") == Outcome(RunState.FINISHED)


def test_a_failure_shows_the_last_lines_of_this_childs_stderr(folder: Path) -> None:
    log = folder / "logs" / "rank-0.stderr.log"
    log.parent.mkdir()
    log.write_text("of an earlier child\n")
    outcome = launch(folder, "import sys; sys.exit('one\\ntwo\\nthree')")
    assert outcome == Outcome(RunState.FAILED, "two\nthree", 1)
    assert (
        folder / "logs" / "rank-0.stderr.log"
    ).read_text() == "of an earlier child\none\ntwo\nthree\n"


def test_the_exit_code_of_the_child_comes_through(folder: Path) -> None:
    assert launch(folder, "import sys; sys.exit(2)").exit_code == 2


def test_a_run_of_several_processes_is_refused(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"hardware": {**CPU, "processes": 7}}))
    outcome = launch(folder, "raise SystemExit('started')")
    assert (outcome.state, outcome.exit_code) == (RunState.FAILED, 2)
    assert outcome.detail.startswith("hardware.processes=7: launcher=local starts one process")


def test_a_killed_child_is_a_failure(folder: Path) -> None:
    outcome = launch(folder, "import os; os.kill(os.getpid(), 9)")
    assert outcome == Outcome(RunState.FAILED, "killed by SIGKILL", -9)


def test_processes_that_the_child_left_behind_are_ended(folder: Path) -> None:
    program = (
        "import subprocess as s; p = s.Popen(['sleep', '60']); open('pid', 'w').write(str(p.pid))"
    )
    launch(folder, f"import os; os.chdir({str(folder)!r}); {program}")
    pid = int((folder / "pid").read_text())
    wait_for(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_child_which_may_save(
    folder: Path, parent: Parent, number: signal.Signals
) -> None:
    process = parent()
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert output.strip() == RunState.INTERRUPTED
    assert (folder / "saved").read_text() == str(int(number))


def test_ctrl_c_pressed_again_ends_a_child_that_still_saves(folder: Path, parent: Parent) -> None:
    process = parent(STUBBORN)
    process.send_signal(signal.SIGINT)
    wait_for((folder / "saving").exists)
    time.sleep(REPETITION_S[signal.SIGINT])
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert output.strip() == RunState.INTERRUPTED


def test_the_child_does_not_outlive_a_killed_parent(parent: Parent) -> None:
    process = parent()
    (child,) = psutil.Process(process.pid).children()
    process.kill()
    process.communicate(timeout=20)
    child.wait(timeout=20)
    assert not child.is_running()


def test_the_childs_environment_is_quiet_on_the_cpu_and_finds_the_users_classes(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    child = child_environment({"PYTHONPATH": "mine", "HOME": "here"}, HardwareConfig(**CPU))
    assert child["PYTHONPATH"] == os.pathsep.join([str(folder), str(root), "mine"])
    assert (child["OMP_NUM_THREADS"], child["OMP_WAIT_POLICY"]) == ("3", "passive")
    assert child["HOME"] == "here"


def test_threads_of_a_gpu_machine_are_left_alone() -> None:
    assert "OMP_NUM_THREADS" not in child_environment(
        {}, HardwareConfig(**{**CPU, "device": "cuda"})
    )
