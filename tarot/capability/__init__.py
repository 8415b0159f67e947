"""What the untuned model can do, and the curriculum that follows from it."""

from tarot.capability.choice import AdaptiveChoice
from tarot.capability.decision import CandidateSignal, Decision, PhaseSignal, ProbeSummary
from tarot.capability.held_out import Outcomes, run_outcomes
from tarot.capability.outcomes import (
    SUITE,
    PatternCount,
    ProblemOutcomes,
    figure_scores,
    read_outcomes,
    suite_scores,
    tier_means,
    tier_scores,
    write_outcomes,
)
from tarot.capability.signal import (
    Signal,
    constant_share,
    constant_share_estimate,
    mean_signal,
    reward_counts,
    reward_variance,
    scaled_power,
    tier_variance,
    unscaled_power,
    varied_share,
)

__all__ = [
    "SUITE",
    "AdaptiveChoice",
    "CandidateSignal",
    "Decision",
    "Outcomes",
    "PatternCount",
    "PhaseSignal",
    "ProbeSummary",
    "ProblemOutcomes",
    "Signal",
    "constant_share",
    "constant_share_estimate",
    "figure_scores",
    "mean_signal",
    "read_outcomes",
    "reward_counts",
    "reward_variance",
    "run_outcomes",
    "scaled_power",
    "suite_scores",
    "tier_means",
    "tier_scores",
    "tier_variance",
    "unscaled_power",
    "varied_share",
    "write_outcomes",
]
