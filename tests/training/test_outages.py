"""What is lost to the sandbox is left out; a step that loses too much is taken again later."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.runs.rollouts import Rollout, read_rollouts
from tarot.sandbox.cloud import breaker
from tarot.sandbox.local import LocalSandbox
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
    return prepared(
        f"run_dir={folder}",
        "model.source=hub",
        f"model.id={model}",
        *("trainer.max_steps=3", "trainer.save_steps=500"),
        "trainer.learning_rate=1e-6",
        "num_generations=4",
        "hardware.per_device_batch_size=8",
        "grading.max_unjudged_share=0.9",
        f"sandbox._target_={__name__}.LossySandbox",
        f"sandbox.losses={losses}",
    )


def rows(run: RunDirectory, step: int) -> list[Rollout]:
    return [row for row in read_rollouts(run) if row.step == step]


def run_in_cloud(model: Path, folder: Path, max_outage_s: float) -> RunDirectory:
    return prepared(
        f"run_dir={folder}",
        "model.source=hub",
        f"model.id={model}",
        *("trainer.max_steps=3", "trainer.save_steps=500"),
        "trainer.learning_rate=1e-6",
        "num_generations=4",
        "hardware.per_device_batch_size=8",
        "evaluation.problems=1",
        "evaluation.unseen_problems=1",
        "sandbox=e2b",
        "sandbox.max_sandboxes=2",
        f"sandbox.max_outage_s={max_outage_s}",
    )


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cloud]:
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    cloud = Cloud("e2b_5ec2e7c0ffee")
    yield cloud
    cloud.close()


@contextmanager
def down_after_step(
    number: int, run: RunDirectory, cloud: Cloud, down_s: float, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The cloud, which goes down when the step is over, for so many seconds."""
    is_over = threading.Event()

    def serve_anew(port: int) -> None:
        if not is_over.wait(down_s):
            with serving(cloud, Plan(), port):
                is_over.wait()

    def serve() -> None:
        with serving(cloud, Plan()) as server:
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            is_served.set()
            while not is_over.is_set() and len(list(run.log.steps())) < number:
                time.sleep(0.02)
            port = server.server_address[1]
        serve_anew(port)

    is_served = threading.Event()
    thread = threading.Thread(target=serve)
    thread.start()
    is_served.wait()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


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


@pytest.mark.parametrize(
    "down_s", [breaker.OPENS_AFTER_S + 3, pytest.param(60.0, marks=pytest.mark.soak)]
)
def test_a_cloud_that_comes_back_costs_no_step(
    model: Path,
    tmp_path: Path,
    cloud: Cloud,
    down_s: float,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = run_in_cloud(model, tmp_path / "run", max_outage_s=600)
    with down_after_step(1, run, cloud, down_s, monkeypatch):
        assert run_child(run) == 0

    shown = capsys.readouterr().out
    assert "sandbox: paused, up to sandbox.max_outage_s=600, until the service is back" in shown
    assert "sandbox: the service is back after" in shown
    assert [line["step"] for line in run.log.steps()] == [1, 2, 3]
    assert all(row.reward is not None for row in read_rollouts(run))


def test_a_cloud_that_stays_away_costs_the_unfinished_step_alone(
    model: Path,
    tmp_path: Path,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = run_in_cloud(model, tmp_path / "run", max_outage_s=0.5)
    with down_after_step(2, run, cloud, 600, monkeypatch):
        assert run_child(run) == Exit.OUTAGE
    assert "of the completions could not be judged" in last_line(capsys)
    checkpoint = run.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-2"
    assert {row.step for row in read_rollouts(run)} == {1, 2}

    with down_after_step(4, run, cloud, 0, monkeypatch):
        assert run_child(run) == 0
    assert [line["step"] for line in run.log.steps()] == [1, 2, 3]
