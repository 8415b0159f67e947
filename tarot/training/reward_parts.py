"""The functions that TRL calls for a reward: one for the sum, or one for each decoupled part."""

from collections.abc import Callable, Mapping
from typing import Any

from tarot.training.reward_function import RewardFunction

TrlFunction = Callable[..., list[float | None]]


class PartFunction:
    """One part of a reward as a function of its own; all parts of a batch share one grading.

    It gives None for the rows to which every other part gives None.
    """

    def __init__(self, function: RewardFunction, part: str) -> None:
        """Take `part` from what `function` finds; TRL logs it under this name."""
        self._function = function
        self.__name__ = part

    def __call__(self, **batch: Any) -> list[float | None]:
        """The part of each completion of a batch, before its weight."""
        values = self._function.values(**batch)
        return [None if value is None else value.parts[self.__name__] for value in values]


def trl_functions(
    function: RewardFunction, decoupled: Mapping[str, float] | None
) -> list[TrlFunction]:
    """The sum alone, or a function for each of the `decoupled` parts in their order."""
    if decoupled is None:
        return [function]
    return [PartFunction(function, part) for part in decoupled]
