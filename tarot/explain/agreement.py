"""Whether completions are drawn from the policy that is trained, by what the log has of both."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tarot.explain.lines import Lines
from tarot.explain.settings import RunSettings
from tarot.explain.thresholds import GROWTH, MIN_GAP_NATS, NUM_ERRORS

GAP = "sampling/cross_entropy_gap"
DIFFERENCE = "sampling/sampling_logp_difference/mean"
RATIO = "sampling/importance_sampling_ratio/mean"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far generator and trainer disagree, in nats per token, at first and in the end.

    `key` is the metric that says so. `grows` where the disagreement comes with the updates, and
    `lost` is the share of the signal that a disagreement from the start takes.
    """

    key: str
    early: float
    late: float
    grows: bool
    lost: float


def agreement(lines: Lines, settings: RunSettings) -> Agreement | None:
    """What can be said, or None where the log has nothing that says it."""
    gaps = {} if settings.config["dynamic_sampling"] else lines.series(GAP)
    differences = lines.series(DIFFERENCE)
    key, values = (DIFFERENCE, differences) if differences else (GAP, gaps)
    if len(values) < 3:
        return None
    early, late, error = _ends(values)
    is_sure = late - early > NUM_ERRORS * error
    grows = is_sure and late >= MIN_GAP_NATS and late > GROWTH * early
    return Agreement(key, early, late, grows, 0.0 if grows else _lost(lines, gaps))


def _lost(lines: Lines, gaps: Mapping[int, float]) -> float:
    """1 - exp(-KL of a completion), the least that importance weights leave unused.

    exp(-D2), D2 being Renyi's divergence of order 2, is the share of samples that count, and KL is
    no more than it (van Erven and Harremoes, arXiv 1206.2459). Where TRL weighs by the ratio, what
    that leaves is logged.
    """
    values = list(gaps.values())
    if len(values) < 3:
        return 0.0
    sure = float(np.mean(values) - NUM_ERRORS * np.std(values, ddof=1) / math.sqrt(len(values)))
    if sure < MIN_GAP_NATS:
        return 0.0
    ratio = lines.mean(RATIO)
    length = lines.mean("completion/length") or 1.0
    left = math.exp(-sure * length) if ratio is None else min(1.0, ratio)
    return 1.0 - left


def _ends(values: Mapping[int, float]) -> tuple[float, float, float]:
    """The mean of the first fifth and of the last third, and the error of their difference."""
    series: Sequence[float] = list(values.values())
    steps = np.array(list(values), dtype=np.float64)
    first, last = max(1, len(series) // 5), max(1, len(series) // 3)
    fitted = np.polynomial.Polynomial.fit(steps, series, 1)(steps)
    deviation = float(np.std(series - fitted, ddof=2))
    error = deviation * math.sqrt(1 / first + 1 / last)
    return float(np.mean(series[:first])), float(np.mean(series[-last:])), error
