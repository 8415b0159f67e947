"""A schedule drawn in the terminal: a column a phase, as wide as it is long, and a row a tier."""

from collections.abc import Callable, Sequence

from rich.table import Column, Table

from tarot.plan.schedule import PlannedPhase
from tarot.types import Tier, TierWeights

Ceiling = Callable[[TierWeights], float | None]

_WIDTH = 56
_MIN_WIDTH = 10
_FULL = "█"
_HEIGHTS = "▁▂▃▄▅▆▇█"
_STYLES = {
    Tier.BASIC: "blue",
    Tier.INTERMEDIATE: "yellow",
    Tier.COMPLEX: "green",
    Tier.EDGE: "magenta",
}


def draw(title: str, planned: Sequence[PlannedPhase], ceiling: Ceiling) -> Table:
    """Draw tiers, weights, boundaries and, where `ceiling` gives one, that of the code reward."""
    widths = [_width(phase) for phase in planned]
    columns = [Column(_span(phase), min_width=w) for phase, w in zip(planned, widths, strict=True)]
    table = Table("progress", *columns, title=title, title_justify="left", box=None)
    table.add_row("steps", *map(_steps, planned), style="bold")
    for tier in Tier:
        weights = [phase.weights.weights.get(tier, 0.0) for phase in planned]
        bars = [_bar(weight, _FULL, width) for weight, width in zip(weights, widths, strict=True)]
        table.add_row(tier, *bars, style=_STYLES[tier])
    ceilings = [ceiling(phase.weights) or 0.0 for phase in planned]
    if any(ceilings):
        highest = max(ceilings)
        bars = [
            _bar(height, _height(height / highest), width)
            for height, width in zip(ceilings, widths, strict=True)
        ]
        table.add_row("code reward up to", *bars)
    if any(phase.weights.all_must_pass for phase in planned):
        table.add_row("must pass", *("all" if one.weights.all_must_pass else "" for one in planned))
    return table


def _width(phase: PlannedPhase) -> int:
    return max(_MIN_WIDTH, round(_WIDTH * (phase.end - phase.start)))


def _span(phase: PlannedPhase) -> str:
    return f"{_percent(phase.start)}-{_percent(phase.end)}%"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")


def _steps(phase: PlannedPhase) -> str:
    if phase.first_step is None:
        return "-"
    if phase.first_step == phase.last_step:
        return f"{phase.first_step}"
    return f"{phase.first_step}-{phase.last_step}"


def _bar(value: float, block: str, width: int) -> str:
    """The value, followed by blocks up to the width; nothing for 0."""
    if not value:
        return ""
    text = f"{value:.4g} "
    return text + block * (width - len(text))


def _height(share: float) -> str:
    return _HEIGHTS[max(0, round(share * len(_HEIGHTS)) - 1)]
