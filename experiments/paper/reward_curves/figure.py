"""The curves as a figure: a panel a model, a line a policy."""

from collections import defaultdict
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.paper.curves import Curve, known_mean
from experiments.paper.panels import Style, add_legend, panels, styles_of
from tarot.metrics import smoothed


def draw(curves: Sequence[Curve], metric: str, window: int, figure: Figure) -> None:
    """Draw the mean over seeds in bold, and where there are several each seed thin."""
    styles = styles_of([curve.row.policy for curve in curves])
    for model, axes in panels(figure, [curve.row.model for curve in curves]).items():
        for policy, style in styles.items():
            own = [one for one in curves if (one.row.model, one.row.policy) == (model, policy)]
            _lines(axes, own, style, window)
    figure.supylabel(metric)
    figure.supxlabel(f"step, mean of {window} steps" if window > 1 else "step")
    add_legend(figure, styles)


def _lines(axes: Axes, curves: Sequence[Curve], style: Style, window: int) -> None:
    if len(curves) > 1:
        for curve in curves:
            values = smoothed(curve.values, window)
            axes.plot(curve.steps, values, style.dash, color=style.color, alpha=0.3)
    if curves:
        steps, means = _mean(curves)
        axes.plot(steps, smoothed(means, window), style.dash, color=style.color, linewidth=1.8)


def _mean(curves: Sequence[Curve]) -> tuple[list[int], list[float]]:
    """By step the mean over the runs that have it."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for curve in curves:
        for step, value in zip(curve.steps, curve.values, strict=True):
            found[step].append(value)
    steps = sorted(found)
    return steps, [known_mean(found[step]) for step in steps]
