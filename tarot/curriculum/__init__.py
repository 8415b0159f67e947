"""Curricula: pure policies of progress, and the code reward that their weights define."""

from tarot.curriculum.aggregate import Aggregate, AggregatedReward, decoupled_weights
from tarot.curriculum.code_reward import code_reward
from tarot.curriculum.formula import RewardFormula
from tarot.curriculum.phases import Phase, phases
from tarot.curriculum.staged import StagedPolicy

__all__ = [
    "Aggregate",
    "AggregatedReward",
    "Phase",
    "RewardFormula",
    "StagedPolicy",
    "code_reward",
    "decoupled_weights",
    "phases",
]
