"""What a node leaves of a job that Slurm is told to queue again."""

import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import submitit
from submitit.core.utils import JobPaths
from submitit.helpers import DelayedSubmission

from launchers.slurm_node import NodeTask
from tarot.runs.endings import left_by
from tarot.types import Outcome, Run, RunState

JOB = "14321"
SIGNALS = (signal.SIGUSR2, signal.SIGTERM, signal.SIGCONT)


class Warned:
    """Is warned that its time is up, and stops."""

    def launch(self, run: Run) -> Outcome:
        os.kill(os.getpid(), signal.SIGUSR2)
        return Outcome(RunState.INTERRUPTED)

    def render(self, run: Run, config: Mapping[str, Any]) -> str:
        return ""


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NodeTask]:
    """The task of a job on one node, whose warnings submitit answers."""
    monkeypatch.setenv("SUBMITIT_EXECUTOR", "slurm")
    monkeypatch.setenv("SLURM_JOB_ID", JOB)
    monkeypatch.setenv("PATH", str(tmp_path))
    kept = {number: signal.getsignal(number) for number in SIGNALS}
    task = NodeTask(Run(str(tmp_path), ()), Warned)
    submission = DelayedSubmission(task)
    submission.set_timeout(60, 3)
    submitit.JobEnvironment()._handle_signals(JobPaths(tmp_path, JOB, 0), submission)
    yield task
    for number, handler in kept.items():
        signal.signal(number, handler)


def scontrol(folder: Path, body: str) -> None:
    """A command that stands in for Slurm's."""
    (folder / "scontrol").write_text(f"#!/bin/sh\n{body}\n")
    (folder / "scontrol").chmod(0o755)


def test_a_job_that_is_queued_again_is_left_as_submitted(tmp_path: Path, job: NodeTask) -> None:
    scontrol(tmp_path, f'echo "$*" > {tmp_path}/told')
    with pytest.raises(SystemExit):
        job()
    assert (tmp_path / "told").read_text() == f"requeue {JOB}\n"
    assert left_by(tmp_path, JOB) == Outcome(RunState.SUBMITTED, JOB)


@pytest.mark.parametrize("has_scontrol", [True, False])
def test_a_job_that_cannot_be_queued_again_has_failed(
    tmp_path: Path, job: NodeTask, has_scontrol: bool
) -> None:
    if has_scontrol:
        scontrol(tmp_path, "exit 1")
    with pytest.raises(SystemExit) as ended:
        job()
    outcome = left_by(tmp_path, JOB)
    assert outcome is not None
    assert (ended.value.code, outcome.state) == (1, RunState.FAILED)
    assert outcome.detail.startswith("could not be queued again: ")
