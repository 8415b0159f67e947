"""One step of GRPO on a random model of every architecture that is shipped."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tarot.runs.rollouts import read_rollouts
from tarot.types import GradedCompletion, RewardValue
from tests.sampling.small_models import SHAPE
from tests.training.in_process import prepared, run_child

pytestmark = pytest.mark.e2e


class LengthReward:
    """A reward that a random model earns; it takes the settings of reward=tiered and drops them."""

    part_names = ("length",)

    def __init__(self, **_: object) -> None:
        pass

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        lengths = (float(len(row.completion)) for row in completions)
        return [RewardValue(length, {"length": length}) for length in lengths]


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        ("qwen2.5-coder-7b", "think_answer"),
        ("qwen3-4b", "reasoning_solution"),
        ("qwen3-coder-30b-a3b", "think_answer"),
        ("gemma2-2b", "think_answer"),
        ("smollm2-135m", "plain"),
    ],
)
def test_a_step_changes_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, prompt: str
) -> None:
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    run = prepared(
        f"run_dir={tmp_path}/run",
        f"model={model}",
        "model.source=random",
        *(f"model.architecture.{key}={value}" for key, value in SHAPE.items()),
        f"prompt={prompt}",
        f"reward._target_={__name__}.LengthReward",
        "trainer.learning_rate=1e-3",
    )
    assert run_child(run) == 0
    (checkpoint,) = (tmp_path / "cache" / "models").iterdir()
    before = load_file(checkpoint / "model.safetensors")
    after = load_file(run.checkpoints_path / "checkpoint-1" / "model.safetensors")
    assert before.keys() == after.keys()
    assert any(not before[name].equal(after[name]) for name in before)
    assert len({row.reward for row in read_rollouts(run)}) > 1
    (line,) = run.log.lines()
    assert line["grad_norm"] > 0
    assert json.loads(run.summary_path.read_text())["splits"]
