"""How far the best of nine policies is off as chosen, and how far once corrected."""

import math
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from scipy.special import expit  # type: ignore[import-untyped]

from tarot.metrics import Estimate
from tarot.metrics.selection import best_cross_fitted
from tests.metrics.worlds import mean_logistic

NUM_POLICIES, PROBLEM, OWN = 9, 1.5, 0.7


@dataclass(frozen=True, slots=True)
class Errors:
    """Mean errors, and how often the interval of 95% holds, of the figure as chosen and corrected.

    The truth of the corrected one is the share that the choices it follows solve of new problems;
    `loss` is what these are worse by than the one that was best on all problems.
    """

    as_chosen: float
    as_chosen_held: float
    corrected: float
    corrected_held: float
    loss: float


def selection_errors(spread: float, num_problems: int, num_draws: int) -> Errors:
    """Of policies whose levels differ by a standard deviation of `spread` on the logistic scale.

    Each solves a problem once, with a chance that has the spreads of `World`.
    """
    generator = np.random.default_rng(3)
    return _mean([_one(generator, spread, num_problems) for _ in range(num_draws)])


def _one(generator: np.random.Generator, spread: float, num_problems: int) -> Errors:
    levels = 0.3 + spread * generator.standard_normal(NUM_POLICIES)
    size = (NUM_POLICIES, num_problems)
    by_problem = PROBLEM * generator.standard_normal(num_problems)
    chances = expit(levels[:, None] + by_problem + OWN * generator.standard_normal(size))
    outcomes = (generator.random(size) < chances).astype(float).tolist()
    solved = {
        str(policy): {str(problem): [outcome] for problem, outcome in enumerate(row)}
        for policy, row in enumerate(outcomes)
    }
    true = mean_logistic(levels, math.hypot(PROBLEM, OWN))
    best = best_cross_fitted(solved, num_splits=20)
    highest = float(true[int(best.name)])
    chosen = sum(share * float(true[int(name)]) for name, share in best.chosen.items())
    return Errors(
        best.as_chosen.mean - highest,
        _holds(best.as_chosen, highest),
        best.corrected.mean - chosen,
        _holds(best.corrected, chosen),
        highest - chosen,
    )


def _holds(estimate: Estimate, truth: float) -> float:
    return float(estimate.low <= truth <= estimate.high)


def _mean(errors: list[Errors]) -> Errors:
    return Errors(*(fmean(getattr(one, name) for one in errors) for name in Errors.__slots__))
