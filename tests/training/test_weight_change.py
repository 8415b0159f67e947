"""How far a step moves the weights, from those that are looked at."""

from math import isnan, sqrt
from typing import Any

import pytest
import torch

from tarot.training.weight_change import CHANGED, RELATIVE, WeightChange


def measured(model: torch.nn.Module, step: float, *, every_other: bool = False) -> dict[str, float]:
    """After a step of SGD from gradients of 1, or of 1 in every other column."""
    change, ignored = WeightChange(), dict.fromkeys(("args", "state", "control"))
    given: Any = {**ignored, "model": model}
    change.on_step_begin(**given)
    for weights in model.parameters():
        weights.grad = torch.ones_like(weights)
        if every_other:
            weights.grad[..., ::2] = 0
    change.on_pre_optimizer_step(**given)
    torch.optim.SGD(model.parameters(), lr=step).step()
    change.on_step_end(**given)
    return change.metrics()


def model_of(*widths: int) -> torch.nn.Module:
    layers = (torch.nn.Linear(width, 128, bias=False) for width in widths)
    model = torch.nn.Sequential(*layers)
    for weights in model.parameters():
        torch.nn.init.constant_(weights, 2.0)
    return model


@pytest.mark.parametrize("widths", [(8,), (128, 128), (1024,) * 20])
def test_a_step_of_a_tenth_moves_all_weights_by_a_twentieth(widths: tuple[int, ...]) -> None:
    found = measured(model_of(*widths), 0.1)
    assert found == {RELATIVE: pytest.approx(0.05, rel=1e-4), CHANGED: 1.0}


def test_columns_are_looked_at_evenly() -> None:
    """Half of the columns move: 0.05 of the norm in half of the weights, all with a gradient."""
    found = measured(model_of(1024), 0.1, every_other=True)
    assert found == {RELATIVE: pytest.approx(0.05 / sqrt(2), rel=1e-3), CHANGED: 1.0}


def test_a_step_too_small_for_the_number_format_changes_nothing() -> None:
    model = model_of(128, 128).bfloat16()
    assert measured(model, 1e-4) == {RELATIVE: 0.0, CHANGED: 0.0}


def test_before_the_first_step_nothing_is_known() -> None:
    assert all(isnan(figure) for figure in WeightChange().metrics().values())
