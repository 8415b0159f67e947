"""The curves as a figure: a panel a model, a line a policy."""

from collections import defaultdict
from collections.abc import Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.paper.curves import Curve
from experiments.paper.naming import MODELS, POLICIES, in_order
from tarot.metrics import smoothed

NUM_COLUMNS = 3
PANEL_INCHES = (4.0, 2.8)
LEGEND_INCHES = 0.9
# Okabe and Ito's colours, which the common kinds of colour blindness tell apart.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
DASHES = ("-", "--", "-.", ":")
# Four and seven have no common divisor, so that no two of these are the same.
STYLES = list(zip(DASHES * len(COLORS), COLORS * len(DASHES), strict=True))


def draw(curves: Sequence[Curve], metric: str, window: int, figure: Figure) -> None:
    """Draw the mean over seeds in bold, where there are several, and each seed thin."""
    models = in_order({curve.row.model for curve in curves}, MODELS)
    policies = in_order({curve.row.policy for curve in curves}, POLICIES)
    styles = dict(zip(in_order({*POLICIES, *policies}, POLICIES), STYLES, strict=False))
    columns = min(NUM_COLUMNS, max(1, len(models)))
    rows = max(1, ceil(len(models) / columns))
    width, height = PANEL_INCHES
    figure.set_size_inches(width * columns, height * rows + LEGEND_INCHES)
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).flat
    for axes, model in zip(panels, models, strict=False):
        for policy, style in styles.items():
            own = [one for one in curves if (one.row.model, one.row.policy) == (model, policy)]
            _lines(axes, own, style, window)
        axes.set_title(model, fontsize="medium")
    for number, axes in enumerate(figure.axes):
        _finish(axes, is_used=number < len(models))
    figure.supylabel(metric)
    figure.supxlabel(f"step, mean of {window} steps" if window > 1 else "step")
    handles = {line.get_label(): line for axes in figure.axes for line in axes.get_lines()}
    shown = [name for name in policies if name in handles]
    figure.legend(
        [handles[name] for name in shown], shown, loc="outside upper center", ncols=4, frameon=False
    )


def _lines(axes: Axes, curves: Sequence[Curve], style: tuple[str, str], window: int) -> None:
    dash, color = style
    if len(curves) > 1:
        for curve in curves:
            axes.plot(curve.steps, smoothed(curve.values, window), dash, color=color, alpha=0.3)
    if curves:
        steps, values = _mean(curves)
        label = curves[0].row.policy
        axes.plot(steps, smoothed(values, window), dash, color=color, linewidth=1.8, label=label)


def _mean(curves: Sequence[Curve]) -> tuple[list[int], list[float]]:
    """By step the mean over the runs that have it."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for curve in curves:
        for step, value in zip(curve.steps, curve.values, strict=True):
            found[step].append(value)
    steps = sorted(found)
    return steps, [sum(found[step]) / len(found[step]) for step in steps]


def _finish(axes: Axes, is_used: bool) -> None:
    axes.set_visible(is_used)
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
