"""The reward of the method: tiered code reward plus format reward, and parts of the user's own."""

import math
from collections.abc import Mapping, Sequence

from rewards.parts import CodePart, FormatPart, Part
from tarot.curriculum import REWARD_TIMEOUT_S, Aggregate, RewardFormula, call_part
from tarot.types import CODE, GradedCompletion, RewardValue, UserError


class TieredReward:
    """A weighted sum of parts that come from one grading.

    A completion whose grade is not judged, or for which any part gives None (the code part does
    so for a problem without an active tier), is left out of training as a whole.

    Args:
        parts: weight per part; `code` and `format` are built in.
        normalize: whether the code part is divided by the active weight; False as published.
        format_pattern: regular expression of a well-formed completion; None drops the format part.
        extra: further parts by name.
        aggregate: what GRPO normalises, the sum of the parts or each by itself.
        timeout_s: how long a completion may be in hand before its part is said to hang.
    """

    def __init__(
        self,
        parts: Mapping[str, float],
        normalize: bool = True,
        format_pattern: str | None = None,
        extra: Mapping[str, Part] | None = None,
        aggregate: Aggregate = Aggregate.SUM,
        timeout_s: float = REWARD_TIMEOUT_S,
    ) -> None:
        """Check the names and weights of the parts; UserError names the key that is wrong."""
        known: dict[str, Part | None] = {
            CODE: CodePart(normalize),
            "format": None if format_pattern is None else FormatPart(format_pattern),
            **(extra or {}),
        }
        weights = {name: _checked_weight(name, parts[name], known) for name in sorted(parts)}
        self._parts = {name: part for name in weights if (part := known[name]) is not None}
        self._formula = RewardFormula({name: weights[name] for name in self._parts}, normalize)
        self._has_extra = bool(extra)
        self._aggregate = _checked_aggregate(aggregate)
        self.timeout_s = _checked_timeout(timeout_s)
        if not self._parts:
            raise UserError("reward.parts: no part is left to reward; give `code` a weight")

    @property
    def part_names(self) -> tuple[str, ...]:
        """The parts with a weight, sorted."""
        return tuple(self._parts)

    @property
    def aggregate(self) -> Aggregate:
        """What GRPO normalises."""
        return self._aggregate

    @property
    def part_weights(self) -> Mapping[str, float]:
        """The weight of each part, in the order of `part_names`."""
        return self._formula.weights

    @property
    def formula(self) -> RewardFormula | None:
        """How the total follows from the parts, or None where the user's own ones may not fit it.

        They see the weights in force, as `code` does.
        """
        return None if self._has_extra else self._formula

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        """One value per completion, in order."""
        return [self._value(completion) for completion in completions]

    def _value(self, completion: GradedCompletion) -> RewardValue | None:
        if not completion.grade.is_judged:
            return None
        parts: dict[str, float] = {}
        for name, part in self._parts.items():
            value = call_part(name, part, completion)
            if value is None:
                return None
            parts[name] = value
        return RewardValue(self._formula.total(parts), parts)


def _checked_weight(name: str, weight: object, known: Mapping[str, object]) -> float:
    key = f"reward.parts.{name}"
    if name not in known:
        raise UserError(f"{key}: no such part; use one of {', '.join(known)} or add it to `extra`")
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise UserError(f"{key}: {weight!r} is not a number")
    if not math.isfinite(weight):
        raise UserError(f"{key}: {weight} is not finite")
    return float(weight)


def _checked_timeout(timeout_s: float) -> float:
    if not 0 < timeout_s < math.inf:
        raise UserError(f"reward.timeout_s: {timeout_s}; it is a number of seconds above 0")
    return timeout_s


def _checked_aggregate(aggregate: str) -> Aggregate:
    try:
        return Aggregate(aggregate)
    except ValueError:
        names = " or ".join(Aggregate)
        raise UserError(f"reward.aggregate: {aggregate!r} is not {names}") from None
