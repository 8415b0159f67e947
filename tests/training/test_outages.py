"""What is lost to the sandbox is left out; where too much is lost, the run stops and goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tarot.runs import RunDirectory
from tarot.runs.rollouts import Rollout, read_rollouts
from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, Job, StopReason, Verdict
from tests.sampling.parrot import save_parrot
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
        "trainer.max_steps=3",
        "trainer.learning_rate=1e-6",
        "num_generations=4",
        "hardware.per_device_batch_size=8",
        "grading.max_unjudged_share=0.9",
        f"sandbox._target_={__name__}.LossySandbox",
        f"sandbox.losses={losses}",
    )


def rows(run: RunDirectory, step: int) -> list[Rollout]:
    return [row for row in read_rollouts(run) if row.step == step]


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.splitlines()[-1]


def test_an_outage_stops_a_training_that_then_goes_on(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_with(model, tmp_path / "run", losses="{4: '8', 5: ''}")
    assert run_child(run) == 1
    assert last_line(capsys) == CAUSE
    checkpoint = run.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-2"

    programs = {row.program for row in rows(run, 1)}
    assert programs == {"print(7)", "print(8)"}
    for row in rows(run, 1):
        assert (row.reward is None) == (row.program == "print(8)")
        lost = [result.verdict is Verdict.INFRASTRUCTURE for result in row.results]
        assert lost == [row.program == "print(8)"] * len(lost)
    assert {row.reward for row in rows(run, 2)} == {None}
    shares = [line["sandbox/infrastructure"] for line in run.log.lines()]
    num_lost = sum(row.reward is None for row in rows(run, 1))
    assert shares == [num_lost / 8, 1.0]

    assert run_child(run_with(model, tmp_path / "run", losses="{}")) == 0
    assert [line["step"] for line in run.log.lines()] == [1, 2, 3]
    assert run.summary_path.exists()


def test_an_outage_during_the_evaluation_is_no_result(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_with(model, tmp_path / "run", losses="{3: ''}")
    assert run_child(run) == 1
    assert last_line(capsys) == CAUSE
    assert [path.name for path in run.outcomes_path.iterdir()] == ["before-test.json"]
    assert run.rollout_files() == {}
