"""Parts of a reward: each turns one judged completion into a number.

A part of your own is a callable class like these, in a file of its own; a reward's YAML names it
under `extra` and gives it a weight under `parts`.
"""

import re
from typing import Protocol

from tarot.curriculum import code_reward
from tarot.prompts import keeps_format
from tarot.types import GradedCompletion, UserError


class Part(Protocol):
    """One number for a judged completion, or None to leave the completion out of training."""

    def __call__(self, completion: GradedCompletion) -> float | None:
        """The part's value before its weight; never called for a grade that is not judged."""


class CodePart:
    """The tiered code reward under the weights in force when the completion was generated."""

    def __init__(self, normalize: bool) -> None:
        """Keep whether the reward is divided by the active weight."""
        self._normalize = normalize

    def __call__(self, completion: GradedCompletion) -> float | None:
        """See `code_reward`."""
        return code_reward(completion.grade.passes(), completion.weights, self._normalize)


class FormatPart:
    """1 if the whole completion matches a pattern, in which a dot matches newlines, else 0."""

    def __init__(self, pattern: str) -> None:
        """Check the pattern; UserError if it is no regular expression."""
        self._pattern = pattern
        try:
            re.compile(pattern)
        except re.error as error:
            raise UserError(
                f"reward.format_pattern: {pattern!r} is no regular expression: {error}"
            ) from error

    def __call__(self, completion: GradedCompletion) -> float:
        """1.0 or 0.0."""
        return float(keeps_format(completion.completion, self._pattern))
