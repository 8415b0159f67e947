"""The control: rewards of another reward, permuted inside each group.

Every group keeps its rewards and loses what they had to do with its completions, so whatever a
run still learns under it does not come from the reward.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

from tarot.curriculum import REWARD_TIMEOUT_S, Aggregate, decoupled_weights
from tarot.types import GradedCompletion, Reward, RewardValue


class ShuffledReward:
    """The values of `reward`, permuted by a hash of seed, step and group; None stays in place.

    A value's parts go with its total, and how they are aggregated is the inner reward's.
    """

    def __init__(self, reward: Reward, seed: int) -> None:
        """Keep the reward to permute."""
        self._reward = reward
        self._seed = seed

    @property
    def part_names(self) -> tuple[str, ...]:
        """The parts of the inner reward."""
        return self._reward.part_names

    @property
    def aggregate(self) -> Aggregate:
        """What GRPO normalises, as in the inner reward."""
        return Aggregate.SUM if decoupled_weights(self._reward) is None else Aggregate.DECOUPLED

    @property
    def part_weights(self) -> Mapping[str, float]:
        """The weights of the inner reward's parts, where each is normalised by itself."""
        return decoupled_weights(self._reward) or {}

    @property
    def timeout_s(self) -> float:
        """How long the inner reward may have a completion in hand."""
        return float(getattr(self._reward, "timeout_s", REWARD_TIMEOUT_S))

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        """One value per completion; None exactly where the inner reward gives None."""
        values = self._reward(completions)
        rows_by_group: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for row, completion in enumerate(completions):
            if values[row] is not None:
                rows_by_group[completion.step, completion.group].append(row)
        shuffled = list(values)
        for (step, group), rows in rows_by_group.items():
            sources = rows.copy()
            Random(f"{self._seed}/{step}/{group}").shuffle(sources)
            for row, source in zip(rows, sources, strict=True):
                shuffled[row] = values[source]
        return shuffled
