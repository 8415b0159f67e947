"""Charts as pictures in a page, each with the figures that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tarot.pages import COLORS, DASHES
from tarot.pages.palette import GRID, SHADE
from tarot.report.charts import Chart
from tarot.report.series import Series
from tarot.report.stretches import Stretch
from tarot.runs.columns import Floats
from tarot.runs.figures import svg_of

SIZE_INCHES = (5.6, 3.0)
LEFT, WIDTH, BOTTOM = 0.11, 0.86, 0.1
MARKERS = "osv^Dx+P"
MAX_SHADED = 12
_NUM_MARKERS = 8
_NAMES_A_ROW = 4
_NAME_HEIGHT = 0.08
_NAME_LENGTH = 24
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """The values of one line at its steps, and the number of its style."""

    name: str
    steps: Sequence[int]
    values: Floats
    style: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn chart, and what a reader of it can ask for, plain for JSON.

    `data` has the range of steps between the two sides of the axes, which stand at shares of the
    picture's width, and each curve's steps and values.
    """

    chart: Chart
    svg: Markup
    data: dict[str, Any]


def picture_of(
    chart: Chart, curves: Sequence[Curve], phases: Sequence[Stretch] = (), part: int = 0
) -> Picture:
    """A chart with a line for each curve, on shades for the phases if they are not too many.

    `part` tells several pictures of one chart apart.
    """
    figure = Figure(figsize=SIZE_INCHES)
    num_rows = 0 if len(curves) < 2 else -(-len(curves) // _NAMES_A_ROW)
    height = 0.94 - BOTTOM - _NAME_HEIGHT * num_rows
    axes = figure.add_axes((LEFT, BOTTOM, WIDTH, height))
    limits = (0.5, max(curve.steps[-1] for curve in curves) + 0.5)
    axes.set_xlim(*limits)
    _shade(axes, phases if len(phases) <= MAX_SHADED else ())
    for curve in curves:
        axes.plot(curve.steps, curve.values, label=caption(curve.name), **style_of(curve))
    _finish(axes, chart.is_share)
    if num_rows:
        name_above(figure, axes, _NAMES_A_ROW)
    return Picture(chart, Markup(svg_of(figure, f"{chart.name}-{part}")), _data(curves, limits))


def curves_of(chart: Chart, series: Series) -> list[Curve]:
    """The lines of a chart as one run's series have them."""
    steps = series.steps.tolist()
    return [Curve(line.name, steps, series.values[line.key], line.style) for line in chart.lines]


def style_of(curve: Curve) -> dict[str, Any]:
    """A colour, a dash and a marker; each differs from one style to the next."""
    number = curve.style
    return {
        "color": COLORS[number % len(COLORS)],
        "linestyle": DASHES[number % len(DASHES)],
        "marker": MARKERS[number % len(MARKERS)],
        "markevery": max(1, len(curve.steps) // _NUM_MARKERS),
        "markersize": 4,
        "linewidth": 1.4,
    }


def caption(name: str) -> str:
    """A name as far as a picture has room for it; what two dollars enclose is no formula."""
    short = name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 1]}…"
    return short.replace("$", r"\$")


def name_above(figure: Figure, axes: Axes, names_a_row: int) -> None:
    """The names of the lines over the axes."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        *(handles, labels),
        loc="upper left",
        ncols=names_a_row,
        frameon=False,
        fontsize=8,
        borderaxespad=0.1,
        columnspacing=1.2,
    )


def plain(axes: Axes) -> None:
    """Without a frame, and with lines to read along."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _shade(axes: Axes, phases: Sequence[Stretch]) -> None:
    """Every other phase is shaded, and each is numbered where it begins."""
    if len(phases) < 2:
        return
    for number, phase in enumerate(phases):
        if number % 2:
            axes.axvspan(phase.first - 0.5, phase.last + 0.5, facecolor=SHADE, edgecolor="none")
        axes.annotate(
            str(number + 1),
            (phase.first, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(2, -2),
            textcoords="offset points",
            va="top",
            fontsize=8,
        )


def _finish(axes: Axes, is_share: bool) -> None:
    plain(axes)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    if is_share:
        axes.set_ylim(-0.03, 1.03)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    else:
        axes.ticklabel_format(axis="y", scilimits=(-3, 4), useMathText=False)
        axes.yaxis.get_offset_text().set_fontsize(8)


def _data(curves: Sequence[Curve], limits: tuple[float, float]) -> dict[str, Any]:
    return {
        "sides": [LEFT, LEFT + WIDTH],
        "steps": list(limits),
        "curves": [
            {
                "name": curve.name,
                "steps": list(curve.steps),
                "values": [_rounded(value) for value in curve.values.tolist()],
            }
            for curve in curves
        ],
    }


def _rounded(value: float) -> float | None:
    return None if value != value else float(f"{value:.{_DIGITS}g}")
