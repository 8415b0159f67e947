"""What the untuned model can do, and the curriculum that follows from it."""

from tarot.capability.choice import AdaptiveChoice
from tarot.capability.decision import CandidateSignal, Decision, PhaseSignal
from tarot.capability.outcomes import (
    PatternCount,
    ProblemOutcomes,
    read_outcomes,
    suite_scores,
    tier_means,
    tier_scores,
    write_outcomes,
)
from tarot.capability.signal import Signal, mean_varied_share, varied_share

__all__ = [
    "AdaptiveChoice",
    "CandidateSignal",
    "Decision",
    "PatternCount",
    "PhaseSignal",
    "ProblemOutcomes",
    "Signal",
    "mean_varied_share",
    "read_outcomes",
    "suite_scores",
    "tier_means",
    "tier_scores",
    "varied_share",
    "write_outcomes",
]
