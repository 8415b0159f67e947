"""Bad stages are one line that names the key."""

from typing import Any

import pytest

from tarot.curriculum import StagedPolicy
from tarot.types import Tier, UserError

BASIC = {"start": 0, "allocation": {"basic": 1}}


def test_an_allocation_is_a_factor_on_the_weight() -> None:
    policy = StagedPolicy(
        {"basic": 0.5, "edge": 0.25},
        [{"start": 0, "allocation": {"basic": 0.5, "edge": 1, "complex": 1}}],
    )
    assert policy.at(0).weights == {Tier.BASIC: 0.25, Tier.EDGE: 0.25}


@pytest.mark.parametrize("progress", [-0.1, 1.1, float("nan")])
def test_progress_outside_the_unit_interval_is_refused(progress: float) -> None:
    with pytest.raises(ValueError, match="progress"):
        StagedPolicy({"basic": 1}, [BASIC]).at(progress)


@pytest.mark.parametrize(
    ("weights", "stages", "key"),
    [
        ({"hard": 1}, [BASIC], "curriculum.weights.hard:"),
        ({"basic": -1}, [BASIC], "curriculum.weights.basic:"),
        ({"basic": float("nan")}, [BASIC], "curriculum.weights.basic:"),
        ({"basic": True}, [BASIC], "curriculum.weights.basic:"),
        ({"basic": "1"}, [BASIC], "curriculum.weights.basic:"),
        ({"edge": 1}, [BASIC], "curriculum.stages.0.allocation:"),
        ([0.25] * 4, [BASIC], "curriculum.weights:"),
        ({"basic": 1}, [], "curriculum.stages.0.start:"),
        ({"basic": 1}, [{"allocation": {"basic": 1}}], "curriculum.stages.0:"),
        ({"basic": 1}, [{**BASIC, "weight": 1}], "curriculum.stages.0:"),
        ({"basic": 1}, [{**BASIC, "start": 0.1}], "curriculum.stages.0.start:"),
        ({"basic": 1}, [BASIC, BASIC], "curriculum.stages.1.start:"),
        ({"basic": 1}, [BASIC, {**BASIC, "start": 1.0}], "curriculum.stages.1.start:"),
        ({"basic": 1}, [{"start": 0, "allocation": ["basic"]}], "curriculum.stages.0.allocation:"),
    ],
)
def test_a_bad_stage_names_its_key(weights: Any, stages: Any, key: str) -> None:
    with pytest.raises(UserError) as caught:
        StagedPolicy(weights, stages)
    assert str(caught.value).startswith(key)
    assert "\n" not in str(caught.value)
