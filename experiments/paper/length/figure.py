"""Length against score as a figure: a panel a model, a line a run."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.paper.length.bins import Binned
from experiments.paper.panels import Style, add_legend, panels, styles_of


def draw(binned: Sequence[Binned], figure: Figure) -> None:
    """Draw the share of tests passed over the length in tokens, with its intervals."""
    styles = styles_of([one.row.policy for one in binned])
    for model, axes in panels(figure, [one.row.model for one in binned]).items():
        for one in binned:
            if one.row.model == model:
                _line(axes, one, styles[one.row.policy])
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
    figure.supylabel("tests passed")
    figure.supxlabel("length of the completion in tokens, last tenth of the steps")
    add_legend(figure, styles)


def _line(axes: Axes, one: Binned, style: Style) -> None:
    passed = [found.passed for found in one.bins]
    axes.errorbar(
        [found.mean for found in one.bins],
        [estimate.mean for estimate in passed],
        yerr=[
            [estimate.mean - estimate.low for estimate in passed],
            [estimate.high - estimate.mean for estimate in passed],
        ],
        linestyle=style.dash,
        color=style.color,
        marker=".",
        elinewidth=0.8,
    )
