"""The drawing of a schedule, line by line."""

from io import StringIO

from rich.console import Console

from tarot.plan.drawing import Ceiling, draw
from tarot.plan.schedule import PlannedPhase
from tarot.types import Tier, TierWeights

EARLY = PlannedPhase(0.0, 0.125, TierWeights({Tier.BASIC: 0.25}), 1, 1)
LATE = PlannedPhase(0.125, 1.0, TierWeights({Tier.BASIC: 0.25, Tier.EDGE: 0.75}), 2, 8)


def active_weight(weights: TierWeights) -> float:
    return sum(weights.weights.values())


def lines(ceiling: Ceiling, *planned: PlannedPhase) -> list[list[str]]:
    """The words of each line."""
    shown = StringIO()
    Console(file=shown, width=120).print(draw("mine", planned, ceiling))
    return [line.split() for line in shown.getvalue().splitlines()]


def test_a_column_is_as_wide_as_its_phase_is_long() -> None:
    """An eighth of 56 is less than the 10 that a column has at least; the rest is 49."""
    assert lines(active_weight, EARLY, LATE) == [
        ["mine"],
        ["progress", "0-12.5%", "12.5-100%"],
        ["steps", "1", "2-8"],
        ["basic", "0.25", "█" * 5, "0.25", "█" * 44],
        ["intermediate"],
        ["complex"],
        ["edge", "0.75", "█" * 44],
        ["code", "reward", "up", "to", "0.25", "▂" * 5, "1", "█" * 47],
    ]


def test_what_a_plan_does_not_know_is_left_open() -> None:
    """No steps, no ceiling, but all tiers that count must pass."""
    phase = PlannedPhase(0.0, 1.0, TierWeights({Tier.EDGE: 1.0}, all_must_pass=True))
    assert lines(lambda weights: None, phase)[2:] == [
        ["steps", "-"],
        *(["basic"], ["intermediate"], ["complex"]),
        ["edge", "1", "█" * 54],
        ["must", "pass", "all"],
    ]
