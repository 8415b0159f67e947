"""A policy as data: weights per tier, and stages that switch tiers on and off."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tarot.curriculum.allocations import number, per_tier, stage_allocation
from tarot.types import Tier, TierWeights, UserError

STAGE_KEYS = ("start", "allocation")


@dataclass(frozen=True, slots=True)
class _Stage:
    start: float
    weights: TierWeights


class StagedPolicy:
    """Weights per tier and, from each stage's start on, the allocation of the tiers.

    Args:
        weights: reward weight per tier, at least 0; a tier that is left out has weight 0.
        stages: `{start, allocation}` in order; `start` is a share of training, 0 for the first
            stage, and `allocation` holds the factor per tier, 1 for a tier that counts.
        all_must_pass: whether the code reward is 1 only if all active tiers pass.
    """

    def __init__(
        self,
        weights: Mapping[str, float],
        stages: Sequence[Mapping[str, Any]],
        all_must_pass: bool = False,
    ) -> None:
        """Check the stages; UserError names the key that is wrong."""
        tier_weights = per_tier("curriculum.weights", weights)
        self._stages = tuple(
            _stage(f"curriculum.stages.{index}", stage, tier_weights, all_must_pass)
            for index, stage in enumerate(stages)
        )
        _check_starts([stage.start for stage in self._stages])

    def at(self, progress: float) -> TierWeights:
        """The weights of the stage that holds `progress`; ValueError outside [0, 1]."""
        if not 0 <= progress <= 1:
            raise ValueError(f"progress {progress} is outside [0, 1]")
        return self._stages[bisect_right(self._stages, progress, key=_start) - 1].weights


def _start(stage: _Stage) -> float:
    return stage.start


def _stage(
    key: str, stage: Mapping[str, Any], tier_weights: Mapping[Tier, float], all_must_pass: bool
) -> _Stage:
    weights = stage_allocation(key, stage, STAGE_KEYS, tier_weights, all_must_pass)
    return _Stage(number(f"{key}.start", stage["start"]), weights)


def _check_starts(starts: Sequence[float]) -> None:
    if not starts or starts[0] != 0:
        raise UserError("curriculum.stages.0.start: the first stage starts at 0")
    for index in range(1, len(starts)):
        if not starts[index - 1] < starts[index] < 1:
            raise UserError(
                f"curriculum.stages.{index}.start: {starts[index]} is not between the start "
                f"before it, {starts[index - 1]}, and 1"
            )
