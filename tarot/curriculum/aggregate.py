"""How the parts of a reward become one advantage; a reward that does not say is a sum."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from tarot.types import Reward, UserError


class Aggregate(StrEnum):
    """What GRPO normalises within a group: the weighted sum of the parts, or each part by itself.

    `decoupled` is GDPO (arXiv 2601.05242) as TRL has it: the weighted sum of the normalised parts
    is normalised once more over the batch.
    """

    SUM = "sum"
    DECOUPLED = "decoupled"


class AggregatedReward(Reward, Protocol):
    """A reward that says how its parts are aggregated."""

    @property
    def aggregate(self) -> Aggregate:
        """The form."""

    @property
    def part_weights(self) -> Mapping[str, float]:
        """The weight of each of its parts; a value's total is their weighted sum."""


def decoupled_weights(reward: Reward) -> Mapping[str, float] | None:
    """The weights of the parts that are normalised each by itself, or None where their sum is.

    Raises:
        UserError: for weights of other parts than the reward has.
    """
    if getattr(reward, "aggregate", Aggregate.SUM) != Aggregate.DECOUPLED:
        return None
    weights: Mapping[str, float] = getattr(reward, "part_weights", {})
    if set(weights) != set(reward.part_names):
        raise UserError(
            f"reward.aggregate=decoupled: part_weights has {', '.join(weights) or 'nothing'} where "
            f"part_names has {', '.join(reward.part_names) or 'nothing'}; give each part a weight"
        )
    return weights
