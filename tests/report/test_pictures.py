"""What stands beside the lines and bars of pictures."""

from collections.abc import Callable

import numpy as np
import pytest
from markupsafe import Markup

from tarot.metrics import Estimate
from tarot.report.charts import chart
from tarot.report.drawing import Curve, picture_of
from tarot.report.intervals import Bar, draw_bars

SETTINGS = {
    r"2: x=^\d+$|^\w+$": r">2: x=^\d+$|^\w+$<",
    "12: curriculum=forward_ce seed=1": ">12: curriculum=forward_…<",
}


def bars(name: str) -> Markup:
    return draw_bars("bars", [Bar(name, "score", Estimate(0.5, 0.4, 0.6, 3, 3))])


def lines(name: str) -> Markup:
    curves = [Curve(one, [1, 2], np.array([0.1, 0.2]), 0) for one in (name, "other")]
    return picture_of(chart("loss", "Loss", "of a step", ("loss", "loss")), curves).svg


@pytest.mark.parametrize("draw", [bars, lines])
@pytest.mark.parametrize(("name", "shown"), SETTINGS.items())
def test_names_are_cut_behind_and_are_never_formulas(
    draw: Callable[[str], Markup], name: str, shown: str
) -> None:
    """The number of a run comes first, and a regular expression may hold two dollars."""
    assert shown in draw(name)
