"""Curricula: policies of progress or of what is observed, and the reward that they define."""

from tarot.curriculum.aggregate import Aggregate, AggregatedReward, decoupled_weights
from tarot.curriculum.bandit import BanditPolicy
from tarot.curriculum.code_reward import code_reward
from tarot.curriculum.formula import RewardFormula
from tarot.curriculum.mastery import MasteryPolicy
from tarot.curriculum.online import CurriculumDecision, OnlinePolicy
from tarot.curriculum.phases import Phase, phases
from tarot.curriculum.reward_calls import (
    REWARD_TIMEOUT_S,
    PartCall,
    RewardFault,
    call_part,
    call_reward,
    title_of,
    watching,
)
from tarot.curriculum.staged import StagedPolicy

__all__ = [
    "REWARD_TIMEOUT_S",
    "Aggregate",
    "AggregatedReward",
    "BanditPolicy",
    "CurriculumDecision",
    "MasteryPolicy",
    "OnlinePolicy",
    "PartCall",
    "Phase",
    "RewardFault",
    "RewardFormula",
    "StagedPolicy",
    "call_part",
    "call_reward",
    "code_reward",
    "decoupled_weights",
    "phases",
    "title_of",
    "watching",
]
