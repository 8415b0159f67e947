"""A run's pass rate per tier over training, as PNG and SVG.

python -m experiments.demo.figure run=DIR               experiments/demo/curves.png and .svg
python -m experiments.demo.figure run=DIR out=FILE.png  another place
python -m experiments.demo.figure run=DIR window=9      smoothed over 9 steps
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from pydantic import Field

from experiments.command import run_command, settings
from experiments.demo import HERE
from experiments.demo.curves import Curves, Stretch, read_curves
from tarot.config.strict import Strict
from tarot.metrics import Estimate, smoothed
from tarot.runs import RunDirectory
from tarot.runs.figures import write_figure
from tarot.types import Tier, UserError

SIZE_INCHES = (8.0, 4.0)
# Okabe and Ito's colours, which the common kinds of colour blindness tell apart.
COLORS = {
    Tier.BASIC: "#0072B2",
    Tier.INTERMEDIATE: "#E69F00",
    Tier.COMPLEX: "#009E73",
    Tier.EDGE: "#CC79A7",
}
MARKERS = {Tier.BASIC: "o", Tier.INTERMEDIATE: "s", Tier.COMPLEX: "^", Tier.EDGE: "D"}
LINES = {Tier.BASIC: "-", Tier.INTERMEDIATE: "--", Tier.COMPLEX: "-.", Tier.EDGE: ":"}
SHADES = ("#f2f2f2", "#ffffff")


class FigureSettings(Strict):
    """`window` is how many steps are averaged; both an SVG and a PNG are written."""

    run: str
    out: str = str(HERE / "curves.png")
    window: int = Field(default=5, ge=1)


def main(arguments: Sequence[str]) -> int:
    """Draw one run."""
    given = settings(FigureSettings, arguments)
    if given.window % 2 == 0:
        raise UserError(f"window: {given.window} is even; an odd one has a middle")
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    draw(read_curves(RunDirectory.open(Path(given.run))), given.window, figure)
    for path in write_figure(figure, Path(given.out)):
        sys.stdout.write(f"{path}\n")
    return 0


def draw(curves: Curves, window: int, figure: Figure) -> None:
    """Draw lines for the training steps, and points with 95% intervals for the evaluations."""
    axes = figure.subplots()
    for number, phase in enumerate(curves.phases):
        _shade(axes, phase, SHADES[number % len(SHADES)])
    for tier in Tier:
        rates = smoothed(curves.rates[tier], window)
        axes.plot(curves.steps, rates, LINES[tier], color=COLORS[tier], linewidth=2, label=tier)
    first, last = curves.steps[0], curves.steps[-1]
    margin = 1 + 0.04 * (last - first)
    _points(axes, curves.before, "before", first - margin)
    _points(axes, curves.after, "after", last + margin)
    axes.set(xlim=(first - 1.6 * margin, last + 1.6 * margin), ylim=(0, 1))
    ticks = MaxNLocator(integer=True).tick_values(first, last)
    axes.set_xticks([tick for tick in ticks if first <= tick <= last])
    axes.set_xlabel(
        f"step of GRPO\nlines: training problems, mean of {window} steps; "
        "above: the tiers that the reward counts"
    )
    axes.set_ylabel("tests passed")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=len(Tier), frameon=False)


def _shade(axes: Axes, phase: Stretch, shade: str) -> None:
    """Shade a phase and write the tiers that it counts above it."""
    axes.axvspan(phase.first - 0.5, phase.last + 0.5, color=shade, zorder=0)
    counted = "all tiers" if len(phase.tiers) == len(Tier) else " +\n".join(phase.tiers)
    _label(axes, (phase.first + phase.last) / 2, counted)


def _points(axes: Axes, means: Mapping[Tier, Estimate], when: str, place: float) -> None:
    """The estimates side by side around `place`, with their intervals."""
    spread = 0.2 * (axes.get_xlim()[1] - axes.get_xlim()[0]) / 20
    for number, (tier, estimate) in enumerate(means.items()):
        axes.errorbar(
            place + spread * (number - (len(means) - 1) / 2),
            estimate.mean,
            yerr=[[estimate.mean - estimate.low], [estimate.high - estimate.mean]],
            fmt=MARKERS[tier],
            color=COLORS[tier],
            markersize=5,
            elinewidth=1,
        )
    _label(axes, place, f"new problems,\n{when}")


def _label(axes: Axes, place: float, text: str) -> None:
    axes.annotate(
        text,
        (place, 1.01),
        xycoords=("data", "axes fraction"),
        ha="center",
        va="bottom",
        fontsize="small",
        color="#444444",
    )


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
