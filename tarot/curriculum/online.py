"""Curricula that decide by what they see, beside the policies that progress alone decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from tarot.types import GradedCompletion, TierWeights


@dataclass(frozen=True, slots=True)
class CurriculumDecision:
    """What an on-line policy decided after a step, and what it rests on.

    `step` is the step whose completions were seen; `weights` hold from the next one on. `action`
    is a word of the policy's, and `figures` are numbers under names of its own, or None.
    """

    step: int
    action: str
    weights: TierWeights
    figures: Mapping[str, float | None]

    def to_json(self) -> dict[str, Any]:
        """A plain dict for a line of the log; its step is the line's own."""
        return {
            "action": self.action,
            "weights": {tier.value: weight for tier, weight in self.weights.weights.items()},
            **self.figures,
        }


@runtime_checkable
class OnlinePolicy(Protocol):
    """A curriculum that follows what it sees: a state machine without a clock.

    The same observations in the same order give the same decisions, in any process.
    """

    def weights(self) -> TierWeights:
        """The weights in force, from what was observed so far."""

    def observe(self, completions: Sequence[GradedCompletion]) -> Sequence[CurriculumDecision]:
        """Take in graded completions of one step, all processes', and say what it decided.

        Completions that are not judged say nothing. A step may come in several calls.
        """

    def state_dict(self) -> dict[str, Any]:
        """All that later decisions depend on besides the settings, as plain JSON."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` gave."""
