"""A run's pass rates over its steps, as its log has them, with the phases of its curriculum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tarot.capability import run_outcomes, tier_means
from tarot.data import Split
from tarot.metrics import Estimate
from tarot.runs import RunDirectory
from tarot.types import Tier, UserError


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps that count the same tiers, from `first` to `last` inclusive."""

    first: int
    last: int
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Pass rates of a run's training, and of its evaluations on new problems.

    `rates` has a value per step, None where the step had no test of the tier.
    """

    steps: tuple[int, ...]
    rates: Mapping[Tier, tuple[float | None, ...]]
    phases: tuple[Stretch, ...]
    before: Mapping[Tier, Estimate]
    after: Mapping[Tier, Estimate]


def read_curves(run: RunDirectory) -> Curves:
    """The curves of a finished run; UserError for another."""
    held_out = Split(run.config()["evaluation"]["split"])
    before, after = (tier_means(run_outcomes(run, when)[held_out]) for when in ("before", "after"))
    lines = list(run.log.steps())
    if not lines:
        raise UserError(f"{run.log.path}: no step in it")
    return Curves(
        steps=tuple(line["step"] for line in lines),
        rates={tier: tuple(line[f"tier/{tier}/pass_rate"] for line in lines) for tier in Tier},
        phases=_phases(lines),
        before=before,
        after=after,
    )


def _phases(lines: Sequence[Mapping[str, Any]]) -> tuple[Stretch, ...]:
    grouped = [(tiers, list(group)) for tiers, group in groupby(lines, key=_counted_tiers)]
    return tuple(Stretch(group[0]["step"], group[-1]["step"], tiers) for tiers, group in grouped)


def _counted_tiers(line: Mapping[str, Any]) -> tuple[Tier, ...]:
    return tuple(tier for tier in Tier if line[f"policy/weight/{tier}"])
