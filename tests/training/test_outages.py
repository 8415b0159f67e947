"""What is lost to the sandbox is left out; a step that loses too much is taken again later."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.runs.rollouts import Rollout, read_rollouts
from tarot.sandbox.cloud import breaker
from tarot.sandbox.local import LocalSandbox
from tarot.training.display import Display, Warnings
from tarot.types import Execution, Job, StopReason, Verdict
from tests.sampling.parrot import save_parrot
from tests.sandbox.e2b_server.cloud import Cloud
from tests.sandbox.e2b_server.faults import Plan
from tests.sandbox.e2b_server.server import serving
from tests.training.in_process import prepared, run_child

pytestmark = pytest.mark.e2e

CAUSE = (
    "100% of the completions could not be judged, more than grading.max_unjudged_share=0.9: "
    "is the sandbox out?"
)


class LossySandbox(LocalSandbox):
    """Loses, in the n-th call, the programs that contain what `losses` has under n."""

    def __init__(self, losses: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self._losses = losses
        self._num_calls = 0

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self._num_calls += 1
        text = self._losses.get(str(self._num_calls))
        return [
            replace(execution, stopped_by=StopReason.INFRASTRUCTURE)
            if text is not None and text in job.program.source
            else execution
            for job, execution in zip(jobs, super().run(jobs), strict=True)
        ]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It answers with print(7) or print(8)."""
    folder = tmp_path_factory.mktemp("models") / "parrot"
    save_parrot(folder, "print(7)", "print(8)")
    return folder


def run_with(model: Path, folder: Path, losses: str) -> RunDirectory:
    """The first call is the self-check, two are the evaluation's, then there is one a step."""
    return run_of(
        model,
        folder,
        "grading.max_unjudged_share=0.9",
        f"sandbox._target_={__name__}.LossySandbox",
        f"sandbox.losses={losses}",
    )


def run_in_cloud(model: Path, folder: Path, max_outage_s: float) -> RunDirectory:
    return run_of(
        model,
        folder,
        *("evaluation.problems=1", "evaluation.unseen_problems=1"),
        *("sandbox=e2b", "sandbox.max_sandboxes=2", f"sandbox.max_outage_s={max_outage_s}"),
    )


def run_of(model: Path, folder: Path, *settings: str) -> RunDirectory:
    """Three steps of eight completions, of which only a fault makes a checkpoint before the end."""
    return prepared(
        *(f"run_dir={folder}", "model.source=hub", f"model.id={model}"),
        *("trainer.max_steps=3", "trainer.save_steps=500", "trainer.learning_rate=1e-6"),
        *("num_generations=4", "hardware.per_device_batch_size=8"),
        *settings,
    )


def rows(run: RunDirectory, step: int) -> list[Rollout]:
    return [row for row in read_rollouts(run) if row.step == step]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cloud]:
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(breaker, "OPENS_AFTER_S", 0.5)
    cloud = Cloud("e2b_5ec2e7c0ffee")
    yield cloud
    cloud.close()


@contextmanager
def down_after_step(number: int, run: RunDirectory, cloud: Cloud) -> Iterator[threading.Event]:
    """The cloud, which goes down when the step is over, until the yielded event is set."""
    is_over, is_back = threading.Event(), threading.Event()
    with ExitStack() as served:
        server = served.enter_context(serving(cloud, Plan()))

        def go_down_and_up() -> None:
            while len(list(run.log.steps())) < number and not is_over.is_set():
                time.sleep(0.02)
            served.close()
            is_back.wait()
            served.enter_context(serving(cloud, Plan(), server.server_address[1]))

        with pytest.MonkeyPatch.context() as variables:
            for name, value in server.environment.items():
                variables.setenv(name, value)
            thread = threading.Thread(target=go_down_and_up)
            thread.start()
            try:
                yield is_back
            finally:
                is_over.set()
                is_back.set()
                thread.join()


class OnWarning(Warnings):
    """Does something when something is warned of."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(Display())
        self._work = work

    def emit(self, record: logging.LogRecord) -> None:
        self._work()


def trained(run: RunDirectory) -> tuple[list[tuple[Any, ...]], list[Rollout]]:
    """What every step of a run came to, and what it drew."""
    losses = [(line["step"], line["loss"], line["grad_norm"]) for line in run.log.steps()]
    return losses, [replace(row, results=()) for row in read_rollouts(run)]


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.splitlines()[-1]


def test_an_outage_stops_a_training_that_then_takes_the_step_again(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_with(model, tmp_path / "run", losses="{4: '8', 5: ''}")
    assert run_child(run) == Exit.OUTAGE
    assert last_line(capsys) == CAUSE
    checkpoint = run.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-1"
    assert {row.step for row in read_rollouts(run)} == {1}

    programs = {row.program for row in rows(run, 1)}
    assert programs == {"print(7)", "print(8)"}
    for row in rows(run, 1):
        assert (row.reward is None) == (row.program == "print(8)")
        lost = [result.verdict is Verdict.INFRASTRUCTURE for result in row.results]
        assert lost == [row.program == "print(8)"] * len(lost)
    num_lost = sum(row.reward is None for row in rows(run, 1))
    assert [line["sandbox/infrastructure"] for line in run.log.lines()] == [num_lost / 8]

    assert run_child(run_with(model, tmp_path / "run", losses="{}")) == 0
    whole = run_with(model, tmp_path / "whole", losses="{4: '8'}")
    assert run_child(whole) == 0
    assert trained(run) == trained(whole)
    assert run.summary_path.exists()


def test_an_outage_during_the_evaluation_is_no_result(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_with(model, tmp_path / "run", losses="{3: ''}")
    assert run_child(run) == Exit.OUTAGE
    assert last_line(capsys) == CAUSE
    assert [path.name for path in run.outcomes_path.iterdir()] == ["before-test.json"]
    assert run.rollout_files() == {}


@pytest.mark.parametrize("further_s", [0.0, pytest.param(60.0, marks=pytest.mark.soak)])
def test_a_cloud_that_comes_back_costs_no_step(
    model: Path, tmp_path: Path, cloud: Cloud, further_s: float, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_in_cloud(model, tmp_path / "run", max_outage_s=600)
    with (
        down_after_step(1, run, cloud) as is_back,
        OnWarning(lambda: threading.Timer(further_s, is_back.set).start()).of(breaker.logger),
    ):
        assert run_child(run) == 0

    shown = capsys.readouterr().out
    assert "sandbox: paused, up to sandbox.max_outage_s=600, until the service is back" in shown
    assert "sandbox: the service is back after" in shown
    assert [line["step"] for line in run.log.steps()] == [1, 2, 3]
    assert all(row.reward is not None for row in read_rollouts(run))


def test_a_cloud_that_stays_away_costs_the_unfinished_step_alone(
    model: Path, tmp_path: Path, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_in_cloud(model, tmp_path / "run", max_outage_s=0.5)
    with down_after_step(2, run, cloud):
        assert run_child(run) == Exit.OUTAGE
    assert "of the completions could not be judged" in last_line(capsys)
    checkpoint = run.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-2"
    assert {row.step for row in read_rollouts(run)} == {1, 2}

    with down_after_step(4, run, cloud):
        assert run_child(run) == 0
    assert [line["step"] for line in run.log.steps()] == [1, 2, 3]


def test_a_stop_does_not_wait_for_a_cloud_that_stays_away(
    model: Path, tmp_path: Path, cloud: Cloud
) -> None:
    run = run_in_cloud(model, tmp_path / "run", max_outage_s=600)
    stop = OnWarning(partial(os.kill, os.getpid(), signal.SIGTERM))
    with down_after_step(1, run, cloud), stop.of(breaker.logger):
        assert run_child(run) == Exit.INTERRUPTED
    checkpoint = run.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-1"
