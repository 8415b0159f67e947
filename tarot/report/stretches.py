"""The phases of a run's curriculum, as its steps went through them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tarot.types import Tier


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps in a row, from `first` to `last`, with the same weights of the tiers that count."""

    first: int
    last: int
    weights: Mapping[Tier, float]

    @property
    def label(self) -> str:
        """Which tiers count, with their weights."""
        return ", ".join(f"{tier} {weight:g}" for tier, weight in self.weights.items()) or "no tier"


def stretches_of(lines: Iterable[Mapping[str, Any]]) -> tuple[Stretch, ...]:
    """The phases by the log's lines of metrics; none where it holds no weights."""
    found: list[Stretch] = []
    for line in lines:
        weights = _weights(line)
        if weights is None:
            continue
        step = line["step"]
        if found and found[-1].weights == weights:
            found[-1] = replace(found[-1], last=step)
        else:
            found.append(Stretch(step, step, weights))
    return tuple(found)


def _weights(line: Mapping[str, Any]) -> dict[Tier, float] | None:
    """Rounded, since the trainer's means of them come through single precision."""
    logged = {tier: line.get(f"policy/weight/{tier}") for tier in Tier}
    if all(weight is None for weight in logged.values()):
        return None
    return {tier: round(weight, 6) for tier, weight in logged.items() if weight}
