"""A panel a model and a style a policy, for figures of several runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from experiments.paper.naming import ADAPTIVE, MODELS, POLICIES, in_order

NUM_COLUMNS = 3
PANEL_INCHES = (4.0, 2.8)
LEGEND_INCHES = 0.9
# Okabe and Ito's colours, which the common kinds of colour blindness tell apart.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
Dash = Literal["-", "--", "-.", ":"]
DASHES: tuple[Dash, ...] = ("-", "--", "-.", ":")
# Those that are compared most come first, and so have a colour of their own.
STYLED = (
    *(ADAPTIVE, "average", "pass_at_all", "forward_ce", "reversed_ce"),
    *("forward_uniform", "forward_bi", "basic_only", "complex_only", "edge_only"),
)


@dataclass(frozen=True, slots=True)
class Style:
    """How the lines of a policy look."""

    dash: Dash
    color: str


def styles_of(policies: Iterable[str]) -> dict[str, Style]:
    """A style for each policy; the paper's have the same in every figure.

    Four dashes and seven colours have no common divisor, so that the first 28 are all different.
    """
    shown = set(policies)
    places = {name: place for place, name in enumerate(in_order({*STYLED, *shown}, STYLED))}
    return {
        name: Style(DASHES[places[name] % len(DASHES)], COLORS[places[name] % len(COLORS)])
        for name in in_order(shown, POLICIES)
    }


def panels(figure: Figure, models: Iterable[str]) -> dict[str, Axes]:
    """An empty panel for each model, in the paper's order, all with one scale of values."""
    names = in_order(set(models), MODELS)
    columns = min(NUM_COLUMNS, max(1, len(names)))
    rows = max(1, ceil(len(names) / columns))
    width, height = PANEL_INCHES
    figure.set_size_inches(width * columns, height * rows + LEGEND_INCHES)
    all_axes = list(figure.subplots(rows, columns, squeeze=False, sharey=True).flat)
    for axes in all_axes[len(names) :]:
        axes.set_visible(False)
    found = dict(zip(names, all_axes, strict=False))
    for name, axes in found.items():
        axes.set_title(name, fontsize="medium")
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    return found


def add_legend(figure: Figure, styles: Mapping[str, Style]) -> None:
    """One legend for all panels."""
    handles = [
        Line2D([], [], linestyle=style.dash, color=style.color, label=name)
        for name, style in styles.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)
