"""What a run leaves of its steps, and when it is on disk."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.runs import RunDirectory
from tarot.runs.checkpoints import MARKER
from tarot.runs.rollouts import read_rollouts
from tarot.training.recording import StepRecorder
from tarot.training.reward_function import StepOutcome
from tarot.training.steering import Steering
from tarot.types import Tier
from tests.rescoring.runs import policies, samples, write_run

POLICY = policies()["average"]


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was brought to disk, in that order."""
    names: list[str] = []

    def note(descriptor: int) -> None:
        names.append(Path(f"/proc/self/fd/{descriptor}").resolve().name)

    monkeypatch.setattr(os, "fsync", note)
    return names


@pytest.fixture
def recorder(tmp_path: Path) -> StepRecorder:
    return StepRecorder(
        RunDirectory(tmp_path),
        Steering(POLICY),
        track=lambda line: None,
        advance=lambda done, note: None,
        should_stop=lambda: False,
        other_metrics=dict,
    )


def test_steps_are_on_disk_when_a_checkpoint_after_them_is(
    recorder: StepRecorder, tmp_path: Path, on_disk: list[str]
) -> None:
    (job,) = compose("train", ["+experiment=tiny"])
    reward = build("reward", job.config["reward"])
    given = write_run(tmp_path / "given", samples(3, 2), reward, POLICY)
    rollouts = list(read_rollouts(given))
    settings: dict[str, Any] = {"args": SimpleNamespace(output_dir=tmp_path), "control": None}
    metrics = {f"tier/{tier}/pass_rate": 0.5 for tier in Tier}
    run = RunDirectory(tmp_path)
    for step in (1, 2, 3):
        now = SimpleNamespace(global_step=step)
        rows = tuple(row for row in rollouts if row.step == step)
        recorder.on_rewards(StepOutcome(step, rows, metrics))
        recorder.on_log(state=now, logs={"loss": 0.5}, **settings)
        if step == 2:
            assert on_disk == []
            (tmp_path / "checkpoint-2").mkdir()
            recorder.on_save(state=now, **settings)
            steps = [run.rollouts_of(step).name for step in (1, 2)]
            assert on_disk[:3] == [run.log.path.name, *steps]
            assert on_disk.index(f"{MARKER}.tmp") > on_disk.index(run.rollouts_path.name)
            on_disk.clear()
    recorder.on_train_end(state=now, **settings)
    assert on_disk[:2] == [run.log.path.name, run.rollouts_of(3).name]
    assert list(read_rollouts(run)) == rollouts
