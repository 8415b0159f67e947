"""Completions without a reward leave no trace in an update."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from transformers import TrainerCallback

from tarot.sampling import LoadedModel
from tarot.training.trainer import TierGRPOTrainer
from tests.sampling.small_models import load_small
from tests.training.on_cpu import grpo_config

pytestmark = pytest.mark.e2e

GROUP = 4
Weights = dict[str, torch.Tensor]
Rewards = Callable[..., list[float | None]]


class WatchedTrainer(TierGRPOTrainer):
    """Keeps every batch that a loss is computed on."""

    def compute_loss(self, model: Any, inputs: dict[str, Any], *rest: Any, **more: Any) -> Any:
        self.batches = [*getattr(self, "batches", []), inputs]
        return super().compute_loss(model, inputs, *rest, **more)


class WatchedWeights(TrainerCallback):  # type: ignore[misc]
    """Keeps the weights after every step."""

    def __init__(self) -> None:
        self.by_step: list[Weights] = []

    def on_step_end(self, *_: object, model: torch.nn.Module, **__: object) -> None:
        state = model.state_dict()
        self.by_step.append({name: tensor.clone() for name, tensor in state.items()})


@pytest.fixture
def model(tmp_path: Path) -> LoadedModel:
    return load_small(tmp_path / "model", "tiny")


def trained(
    model: LoadedModel, folder: Path, rewards: Rewards, **settings: Any
) -> tuple[WatchedTrainer, list[Weights]]:
    torch.manual_seed(0)
    weights = WatchedWeights()
    trainer = WatchedTrainer(
        model=model.weights,
        processing_class=model.tokenizer,
        reward_funcs=[rewards],
        args=grpo_config(
            folder,
            GROUP,
            GROUP,
            max_completion_length=8,
            save_strategy="no",
            disable_tqdm=True,
            **settings,
        ),
        train_dataset=Dataset.from_list([{"prompt": [{"role": "user", "content": "Go."}]}] * 2),
        callbacks=[weights],
    )
    trainer.train()
    return trainer, weights.by_step


def test_unscored_completions_are_masked_and_left_out_of_their_group(
    model: LoadedModel, tmp_path: Path
) -> None:
    def rewards(completions: Sequence[Any], **_: object) -> list[float | None]:
        return [1.0, 0.0, None, 0.5]

    trainer, _ = trained(model, tmp_path, rewards, max_steps=1, scale_rewards="none")
    (batch,) = trainer.batches
    by_advantage = sorted(
        zip(batch["advantages"].tolist(), batch["completion_mask"].sum(dim=1).tolist(), strict=True)
    )
    # The group's mean is (1 + 0 + 0.5) / 3.
    assert by_advantage == [(-0.5, 8), (0.0, 0), (0.0, 8), (0.5, 8)]
    assert batch["num_items_in_batch"] == 24


@pytest.mark.parametrize("loss_type", ["grpo", "dapo", "bnpo", "dr_grpo"])
def test_a_step_without_any_reward_leaves_the_weights_alone(
    model: LoadedModel, tmp_path: Path, loss_type: str
) -> None:
    def rewards(completions: Sequence[Any], trainer_state: Any, **_: object) -> list[float | None]:
        return [None] * GROUP if trainer_state.global_step == 1 else [1.0, 0.0, 0.0, 0.0]

    _, (first, second, third) = trained(
        model,
        tmp_path,
        rewards,
        max_steps=3,
        loss_type=loss_type,
        beta=0.5,
        optim="sgd",
        lr_scheduler_type="constant",
        learning_rate=0.1,
    )
    assert all(first[name].equal(second[name]) for name in first)
    assert any(not second[name].equal(third[name]) for name in second)
