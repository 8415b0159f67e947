"""From whichever checkpoint a run goes on, it becomes what it would have been."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tarot.runs import RunDirectory
from tarot.runs.comparison import RunComparison, compare_runs
from tests.training.faulty import LetterReward
from tests.training.in_process import prepared, run_child

pytestmark = pytest.mark.e2e

NUM_STEPS = 5
OF_THE_CLOCK = {
    *("step_time", "sandbox/latency_p50", "sandbox/latency_p99", "sandbox/queue"),
    *("eval/seconds", "eval/time_share"),
}
Damage = Callable[[Path], object]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """A run of two and a half epochs that keeps the checkpoint of every step, with evaluations."""
    run = run_in(tmp_path_factory.mktemp("runs") / "whole", "eval.every=2")
    assert run_child(run) == 0
    return run


def run_in(folder: Path, *settings: str) -> RunDirectory:
    return prepared(
        f"run_dir={folder}",
        "curriculum=bandit",
        *("curriculum.dwell=1", "curriculum.window=1", "curriculum.epsilon=0.5"),
        f"reward._target_={LetterReward.__module__}.LetterReward",
        *(f"trainer.max_steps={NUM_STEPS}", "trainer.learning_rate=1e-3"),
        *("trainer.save_steps=1", f"trainer.save_total_limit={NUM_STEPS}"),
        *("eval.problems=2", "eval.samples=2", *settings),
    )


def back_to(whole: RunDirectory, step: int, folder: Path) -> RunDirectory:
    """The run as it would be had it been killed with that step's checkpoint as its last."""
    shutil.copytree(whole.path, folder)
    run = RunDirectory.open(folder)
    run.summary_path.unlink()
    for path in run.outcomes_path.glob("after-*"):
        path.unlink()
    for later in range(step + 1, NUM_STEPS + 1):
        shutil.rmtree(checkpoint(run, later))
    return run


def checkpoint(run: RunDirectory, step: int) -> Path:
    return run.checkpoints_path / f"checkpoint-{step}"


def generators(run: RunDirectory) -> dict[str, Any]:
    states = torch.load(checkpoint(run, NUM_STEPS) / "rng_state.pth", weights_only=False)
    kind, keys, *rest = states["numpy"]
    numpy_state = (kind, keys.tolist(), *rest)
    return {**states, "numpy": numpy_state, "cpu": states["cpu"].tolist()}


def log_of(run: RunDirectory) -> list[dict[str, Any]]:
    return [{key: line[key] for key in line.keys() - OF_THE_CLOCK} for line in run.log.lines()]


def assert_same(run: RunDirectory, whole: RunDirectory) -> None:
    """All that is trained, the log, and what evaluations found."""
    assert log_of(run) == log_of(whole)
    assert (run.path / "best.json").read_bytes() == (whole.path / "best.json").read_bytes()
    for step in (2, 4):
        assert run.evaluation_of(step).read_bytes() == whole.evaluation_of(step).read_bytes()
    assert_trained_alike(run, whole)


def assert_trained_alike(run: RunDirectory, whole: RunDirectory) -> None:
    """Completions, rewards, weights, optimizer, curriculum and generators."""
    assert compare_runs(whole, run) == RunComparison(NUM_STEPS, None, 0.0)
    assert generators(run) == generators(whole)
    for name in ("model.safetensors", "optimizer.pt", "curriculum.json"):
        ours, theirs = (checkpoint(one, NUM_STEPS) / name for one in (run, whole))
        assert ours.read_bytes() == theirs.read_bytes(), name


@pytest.mark.parametrize("step", range(1, NUM_STEPS))
def test_a_run_goes_on_alike_from_any_checkpoint(
    whole: RunDirectory, tmp_path: Path, step: int
) -> None:
    run = back_to(whole, step, tmp_path / "run")
    assert run_child(run) == 0
    assert_same(run, whole)


def test_evaluations_leave_the_training_as_it_would_have_been(
    whole: RunDirectory, tmp_path: Path
) -> None:
    run = run_in(tmp_path / "run", "eval=null")
    assert run_child(run) == 0
    assert_trained_alike(run, whole)
    assert [line["step"] for line in whole.log.evaluations()] == [2, 4]
    assert list(run.log.evaluations()) == []
    assert log_of(run) == [line for line in log_of(whole) if "eval" not in line]


def test_weights_and_generators_are_not_those_of_an_earlier_step(whole: RunDirectory) -> None:
    """Or else that they agree would mean nothing."""
    for name in ("model.safetensors", "rng_state.pth", "curriculum.json"):
        files = [checkpoint(whole, step) / name for step in range(1, NUM_STEPS + 1)]
        assert len({file.read_bytes() for file in files}) == NUM_STEPS, name


def zero_middle(file: Path) -> None:
    with file.open("r+b") as content:
        content.seek(file.stat().st_size // 2)
        content.write(bytes(4096))


DAMAGES: dict[str, tuple[Damage, str]] = {
    "cut off": (
        lambda path: os.truncate(path / "optimizer.pt", 1000),
        "optimizer.pt has 1000 of its {size} bytes",
    ),
    "zeroed": (
        lambda path: zero_middle(path / "optimizer.pt"),
        "optimizer.pt is not what was saved",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_checkpoint_costs_no_more_than_the_steps_since_the_one_before(
    whole: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    run = back_to(whole, 4, tmp_path / "run")
    broken = checkpoint(run, 4)
    size = (broken / "optimizer.pt").stat().st_size
    break_it, cause = DAMAGES[damage]
    break_it(broken)
    assert run_child(run) == 0
    shown = capsys.readouterr().out.splitlines()
    complaint = f"{broken} is broken: {cause.format(size=size)}; going on from checkpoint-3"
    assert shown.count(complaint) == 1
    assert [line.split()[1] for line in shown if line.startswith("GRPO  ")] == ["3/5", "4/5"]
    assert_same(run, whole)


def test_a_run_whose_only_checkpoint_is_broken_starts_anew_and_keeps_it(
    whole: RunDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = back_to(whole, 1, tmp_path / "run")
    os.truncate(checkpoint(run, 1) / "model.safetensors", 0)
    assert run_child(run) == 0
    shown = capsys.readouterr().out
    assert "kept as broken-checkpoint-1, and no other is whole, so starting anew\n" in shown
    assert (run.checkpoints_path / "broken-checkpoint-1" / "optimizer.pt").is_file()
    assert_same(run, whole)
