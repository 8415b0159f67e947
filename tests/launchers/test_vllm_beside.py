"""`launcher=accelerate` with a vLLM server of its own, up to the first weight sync.

Server and training are the real ones. The sync takes a GPU on both sides, so here it is what ends
the training.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.launchers.served_run import MODEL
from tests.sampling.parrot import save_parrot
from tests.training.vllm_on_cpu import MARK, PATIENCE_S, environment, still_running
from tests.training.workplace import wait_for

pytestmark = pytest.mark.vllm


@dataclass
class Place:
    """A folder with a model, and what the processes that are started for it have in common."""

    folder: Path
    variables: dict[str, str]
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def training_log(self) -> Path:
        """It is there once the server has answered."""
        return self.folder / "run" / "logs" / "accelerate.log"

    def start(self, *overrides: str) -> "subprocess.Popen[str]":
        """Launch the run."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.launchers.served_run", str(self.folder), *overrides],
            cwd=self.folder,
            env={**os.environ, "HF_HUB_OFFLINE": "1", **self.variables},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def servers(self) -> list[psutil.Process]:
        """The vLLM server's own process, which `trl vllm-serve` becomes."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ"]):
            mine = (process.info["environ"] or {}).get(MARK) == self.variables[MARK]
            if mine and "serve" in (process.info["cmdline"] or ()):
                found.append(process)
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    save_parrot(tmp_path / MODEL, "print(7)", "print(8)")
    found = Place(tmp_path, environment(tmp_path / "plugin"))
    yield found
    for process in found.started:
        process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    stdout, _ = process.communicate(timeout=PATIENCE_S)
    return stdout


def test_a_server_answers_and_ends_with_the_training(place: Place) -> None:
    told = said(place.start())
    assert "GRPO …\n" in told
    assert "\nfailed\n" in told
    assert "NotImplementedError: Weight synchronization" in told.splitlines()[-1]
    assert still_running(place.variables) == []


def test_training_ends_with_a_server_that_is_killed(place: Place) -> None:
    run = place.start()
    wait_for(place.training_log.exists, PATIENCE_S)
    (server,) = place.servers()
    server.kill()
    cause = said(run).splitlines()[-1]
    assert cause.startswith("the vLLM server ended with exit code -9 during training; see ")
    assert still_running(place.variables) == []


def test_a_kill_of_the_launcher_ends_both_and_what_vllm_started(place: Place) -> None:
    run = place.start()
    wait_for(place.training_log.exists, PATIENCE_S)
    assert "VLLM::EngineCore" in still_running(place.variables)
    run.kill()
    wait_for(lambda: not still_running(place.variables))


def test_a_server_that_cannot_start_is_the_cause(place: Place) -> None:
    told = said(place.start("trainer.vllm_max_model_length=1000000"))
    assert "ended with exit code" in told.splitlines()[-1]
    assert "before it was ready" in told.splitlines()[-1]
    assert not place.training_log.exists()
    assert still_running(place.variables) == []


def test_ctrl_c_while_a_server_starts_leaves_nothing(place: Place) -> None:
    run = place.start()
    wait_for(place.servers, PATIENCE_S)
    run.send_signal(signal.SIGINT)
    assert said(run).startswith("interrupted\n")
    assert still_running(place.variables) == []
    assert not place.training_log.exists()
