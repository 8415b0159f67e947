"""Rewards and groups without variance over a run's steps, under each policy."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tarot.metrics import smoothed
from tarot.pages import COLORS, DASHES
from tarot.rescoring.report import title_of
from tarot.rescoring.rescore import Rescored
from tarot.rescoring.summary import PolicySummary
from tarot.runs.figures import write_figure

SIZE_INCHES = (8.0, 7.0)
TITLE_WIDTH = 90
WIDTH, OWN_WIDTH = 1.5, 4.0
# Of a run's steps, how many are averaged around each.
WINDOW_SHARE = 0.1


def write_plot(run: str, rescored: Rescored, out: Path) -> list[Path]:
    """Write `out` as PNG and as SVG."""
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    draw(run, rescored, figure)
    return write_figure(figure, out)


def draw(run: str, rescored: Rescored, figure: Figure) -> None:
    """Draw the mean rewards above, the shares of groups without variance below."""
    steps = rescored.original.curves.steps
    window = 1 + 2 * round(WINDOW_SHARE * len(steps) / 2)
    rewards, variance = figure.subplots(2, sharex=True)
    summaries = (rescored.original, *rescored.policies)
    _lines(rewards, summaries, [one.curves.rewards for one in summaries], window)
    _lines(variance, summaries, [one.curves.zero_variance for one in summaries], window)
    rewards.set_ylabel("mean reward")
    variance.set_ylabel("groups without variance")
    variance.set_ylim(-0.02, 1.02)
    variance.yaxis.set_major_formatter(PercentFormatter(1))
    variance.xaxis.set_major_locator(MaxNLocator(integer=True))
    variance.set_xlabel(f"step of the run; mean of {window} steps" if window > 1 else "step")
    figure.suptitle(fill(title_of(run), TITLE_WIDTH), fontsize="medium")
    handles, labels = rewards.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)


def _lines(
    axes: Axes, summaries: Sequence[PolicySummary], curves: Sequence[Sequence[float]], window: int
) -> None:
    """A line a policy; the first, the run's own, is broad and black behind the others."""
    styles = cycle([(color, dash) for dash in DASHES for color in COLORS])
    for summary, curve in zip(summaries, curves, strict=True):
        is_own = summary is summaries[0]
        color, dash = ("black", "-") if is_own else next(styles)
        width = OWN_WIDTH if is_own else WIDTH
        means = smoothed(curve, window)
        axes.plot(
            summary.curves.steps, means, dash, color=color, linewidth=width, label=summary.policy
        )
    axes.spines[["top", "right"]].set_visible(False)
