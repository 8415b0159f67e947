"""How a reward follows from its parts, for whoever has the parts and the verdicts in a log."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RewardFormula:
    """A weighted sum of parts, of which `code` alone follows the curriculum.

    `code` is `code_reward` under the weights in force and `normalize`; no other part depends on
    them, so that it stays what it was under any other curriculum.
    """

    weights: Mapping[str, float]
    normalize: bool

    def total(self, parts: Mapping[str, float]) -> float:
        """The reward of these parts, exactly rounded, in whichever order they come."""
        return math.fsum(self.weights[name] * value for name, value in parts.items())
