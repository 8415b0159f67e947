"""Figures with their intervals, as a picture and as texts."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tarot.metrics import Estimate
from tarot.pages import COLORS, INK
from tarot.report.drawing import MARKERS, caption, name_above, plain
from tarot.runs.figures import svg_of

_WIDTH_INCHES, _ROW_INCHES, _ABOVE_INCHES, _BELOW_INCHES = 7.6, 0.36, 0.3, 0.35
_LEFT, _RIGHT = 0.26, 0.98


@dataclass(frozen=True, slots=True)
class Bar:
    """An estimate, the row that it stands in, and the kind that its marker tells."""

    row: str
    kind: str
    estimate: Estimate


def draw_bars(name: str, bars: Sequence[Bar], level: float | None = None) -> Markup:
    """A point on its interval for each bar, from 0 to 1; `level` is a line across all rows."""
    rows = list(dict.fromkeys(bar.row for bar in bars))
    kinds = list(dict.fromkeys(bar.kind for bar in bars))
    height = _ABOVE_INCHES + _BELOW_INCHES + _ROW_INCHES * len(rows)
    figure = Figure(figsize=(_WIDTH_INCHES, height))
    inside = (height - _ABOVE_INCHES - _BELOW_INCHES) / height
    axes = figure.add_axes((_LEFT, _BELOW_INCHES / height, _RIGHT - _LEFT, inside))
    for number, kind in enumerate(kinds):
        shown = [bar for bar in bars if bar.kind == kind]
        offset = 0.5 * ((number + 0.5) / len(kinds) - 0.5)
        axes.errorbar(
            [bar.estimate.mean for bar in shown],
            [rows.index(bar.row) + offset for bar in shown],
            xerr=[[_below(bar) for bar in shown], [_above(bar) for bar in shown]],
            fmt=MARKERS[number % len(MARKERS)],
            color=COLORS[number % len(COLORS)],
            capsize=3,
            markersize=5,
            label=kind,
        )
    if level is not None:
        axes.axvline(level, color=INK, linestyle="--", linewidth=1)
    axes.set_yticks(range(len(rows)), [caption(row) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    plain(axes)
    if len(kinds) > 1:
        name_above(figure, axes, len(kinds))
    return Markup(svg_of(figure, name))


def in_words(estimate: Estimate, is_signed: bool = False) -> str:
    """The mean and its interval, in per cent."""
    sign = "+" if is_signed else ""
    mean, low, high = (f"{end:{sign}.1%}" for end in (estimate.mean, estimate.low, estimate.high))
    return f"{mean} [{low}, {high}]"


def _below(bar: Bar) -> float:
    return max(0.0, bar.estimate.mean - bar.estimate.low)


def _above(bar: Bar) -> float:
    return max(0.0, bar.estimate.high - bar.estimate.mean)
