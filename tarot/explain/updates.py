"""What an update loses of the signal that its completions carry, step by step, as shares of it."""

import math
from collections.abc import Mapping
from statistics import median
from typing import Any

from tarot.explain.causes import Cause
from tarot.explain.lines import Lines, number
from tarot.explain.settings import RunSettings
from tarot.explain.thresholds import EXPLODED_NORM, EXPLODED_UPDATE, SMALL_UPDATE

GRADIENT, UPDATE, CLIP, KL = "grad_norm", "update/relative", "clip_ratio/region_mean", "kl"


def broken_steps(lines: Lines, settings: RunSettings) -> list[int]:
    """The steps whose update broke the weights, or would have without clipping."""
    usual = median([0.0, *lines.series(GRADIENT).values()])
    limit = EXPLODED_NORM * max(usual, float(settings.trainer("max_grad_norm")) or 1.0)
    return [step for step, line in lines.by_step.items() if _breaks(line, limit)]


def lost_in(line: Mapping[str, Any], settings: RunSettings) -> dict[Cause, float]:
    """The share that each cause takes of what those before it have left; no more than all."""
    return {
        Cause.CLIPPED: number(line, CLIP) or 0.0,
        Cause.LARGE_KL: _penalty(line, settings),
        Cause.SMALL_GRADIENT: _damping(line, settings),
        Cause.SMALL_UPDATE: _standstill(line),
    }


def is_clipped_away(line: Mapping[str, Any], settings: RunSettings) -> bool:
    """Whether it is `max_grad_norm` that makes the gradient small."""
    limit, norm = settings.trainer("max_grad_norm"), number(line, GRADIENT)
    return bool(limit and norm is not None and norm > limit)


def _breaks(line: Mapping[str, Any], limit: float) -> bool:
    norm, update = number(line, GRADIENT), number(line, UPDATE)
    if any(key in line and line[key] is None for key in (GRADIENT, "loss")):
        return True
    is_outlier = norm is not None and norm > limit
    return is_outlier or (update is not None and update > EXPLODED_UPDATE)


def _penalty(line: Mapping[str, Any], settings: RunSettings) -> float:
    """The KL term's share of the objective E[A] - beta KL.

    Advantages have unit size where rewards are scaled, and the size of the rewards' deviation
    where they are not.
    """
    kl, beta = number(line, KL), float(settings.trainer("beta"))
    is_scaled = settings.trainer("scale_rewards") not in ("none", False)
    size = 1.0 if is_scaled else number(line, "reward_std") or 0.0
    penalty = beta * max(kl or 0.0, 0.0)
    return penalty / (penalty + size) if penalty else 0.0


def _damping(line: Mapping[str, Any], settings: RunSettings) -> float:
    """What Adam's epsilon takes of a step: eps / (g + eps) of a gradient of size g in each weight.

    From the update m / (sqrt(v) + eps) with m = sqrt(v) = g (Kingma and Ba, arXiv 1412.6980).
    """
    norm = number(line, GRADIENT)
    if norm is None or "adam" not in str(settings.trainer("optim")):
        return 0.0
    limit = float(settings.trainer("max_grad_norm")) or math.inf
    epsilon = float(settings.trainer("adam_epsilon"))
    size = min(norm, limit) / math.sqrt(settings.num_trained)
    return epsilon / (size + epsilon)


def _standstill(line: Mapping[str, Any]) -> float:
    update = number(line, UPDATE)
    return 0.0 if update is None else max(0.0, 1.0 - update / SMALL_UPDATE)
