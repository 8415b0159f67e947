"""Settings of curricula as they stand in YAML: numbers per tier, and the weights that they give."""

import math
from collections.abc import Mapping
from typing import Any

from tarot.types import Tier, TierWeights, UserError


def per_tier(key: str, values: Mapping[str, float]) -> dict[Tier, float]:
    """Finite numbers of at least 0 by tier; UserError names the key that holds another."""
    if not isinstance(values, Mapping):
        raise UserError(f"{key}: {values!r} is not a mapping from tier to number")
    for name in values:
        if name not in list(Tier):
            raise UserError(f"{key}.{name}: no such tier; use one of {', '.join(Tier)}")
    return {tier: number(f"{key}.{tier}", values[tier]) for tier in Tier if tier in values}


def number(key: str, value: object) -> float:
    """A finite number of at least 0, or a UserError that names the key."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(f"{key}: {value!r} is not a number")
    if not math.isfinite(value) or value < 0:
        raise UserError(f"{key}: {value} is not a finite number of at least 0")
    return float(value)


def at_least(key: str, value: int, lowest: int) -> int:
    """A whole number of at least `lowest`, or a UserError that names the key."""
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        raise UserError(f"{key}: {value!r} is not a whole number of at least {lowest}")
    return value


def stage_allocation(
    key: str,
    stage: Mapping[str, Any],
    keys: tuple[str, ...],
    tier_weights: Mapping[Tier, float],
    all_must_pass: bool,
) -> TierWeights:
    """The weights of a stage that has exactly `keys`, of which `allocation` is one."""
    if not isinstance(stage, Mapping) or sorted(stage) != sorted(keys):
        raise UserError(f"{key}: {stage!r} is not a mapping with the keys {', '.join(keys)}")
    allocation = per_tier(f"{key}.allocation", stage["allocation"])
    active = {
        tier: factor * tier_weights.get(tier, 0.0)
        for tier, factor in allocation.items()
        if factor * tier_weights.get(tier, 0.0) > 0
    }
    if not active:
        raise UserError(f"{key}.allocation: no tier of it has a weight; give one tier a weight")
    return TierWeights(active, all_must_pass)
