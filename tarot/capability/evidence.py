"""What a probe says about the early phases of each candidate, and how sure it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tarot.capability.decision import CandidateSignal, PhaseSignal
from tarot.capability.outcomes import ProblemOutcomes
from tarot.capability.signal import mean_signal, varied_share
from tarot.curriculum import Phase
from tarot.metrics.bootstrap import Floats, bootstrap_means
from tarot.metrics.steps import REWARD_DIGITS

# The lower end of the two-sided 90% interval.
LOW_QUANTILE = 0.05
# One seed for all: a decision depends on the outcomes alone.
SEED = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures of each candidate, and its least fed phase's share in each draw: (draws,)."""

    signals: Mapping[str, CandidateSignal]
    weakest_draws: Mapping[str, Floats]


def gather(
    early: Mapping[str, Sequence[Phase]],
    outcomes: Sequence[ProblemOutcomes],
    group_size: int,
    num_draws: int,
) -> Evidence:
    """Measure the early phases of every candidate, with bounds from draws of the problems.

    A phase's bound is the 5% quantile of its draws, the least draw that at least 5% of the draws
    don't exceed. A draw that says nothing about a phase counts as no signal; so do all where
    fewer than two problems do, for one problem says nothing about others.
    """
    columns = [(name, phase) for name in early for phase in early[name]]
    shares = [
        [varied_share(problem, phase.weights, group_size) for problem in outcomes]
        for _, phase in columns
    ]
    draws = _draws(shares, num_draws)
    measured = [
        _phase_signal(phase, column, column_draws)
        for (_, phase), column, column_draws in zip(columns, shares, draws.T, strict=True)
    ]
    owners = [name for name, _ in columns]
    places = {name: [at for at, owner in enumerate(owners) if owner == name] for name in early}
    return Evidence(
        {name: CandidateSignal(name, tuple(measured[at] for at in places[name])) for name in early},
        {name: draws[:, places[name]].min(axis=1) for name in early},
    )


def _draws(shares: Sequence[Sequence[float | None]], num_draws: int) -> Floats:
    """The mean shares in each draw of the problems: (draws, columns)."""
    values = np.array(shares, dtype=np.float64).T  # (problems, columns), NaN for None
    draws = np.nan_to_num(bootstrap_means(values, num_draws, SEED), nan=0.0)
    draws[:, (~np.isnan(values)).sum(axis=0) < 2] = 0.0
    return np.round(draws, REWARD_DIGITS)


def _phase_signal(phase: Phase, shares: Sequence[float | None], draws: Floats) -> PhaseSignal:
    signal = mean_signal(shares)
    low = float(np.quantile(draws, LOW_QUANTILE, method="inverted_cdf"))
    return PhaseSignal(
        phase.start, phase.weights, signal.share, low, signal.num_problems, signal.num_skipped
    )
