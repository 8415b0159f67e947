"""The curves of a run, and the figure that is drawn from them."""

from math import isnan
from pathlib import Path

import pytest

from experiments.demo import figure
from experiments.demo.curves import Stretch, read_curves, smoothed
from experiments.demo.pooling import Place
from tarot.types import Tier, UserError

PNG = b"\x89PNG\r\n"


def test_smoothing_is_the_mean_of_the_values_around() -> None:
    """The ends have fewer values around them, and a missing one does not count."""
    assert smoothed([0.0, 0.3, 0.6, 0.0], 3) == pytest.approx([0.15, 0.3, 0.3, 0.3])
    assert smoothed([0.0, None, 0.5], 3) == pytest.approx([0.0, 0.25, 0.5])
    assert smoothed([0.1, 0.9], 1) == [0.1, 0.9]


def test_smoothing_nothing_is_nan() -> None:
    assert all(map(isnan, smoothed([None, None], 3)))


def test_the_curves_are_those_of_log_and_outcomes(study: list[Place]) -> None:
    """Seed 21's basic tier passes throughout; of its four samples one, later three are solved."""
    curves = read_curves(study[0].run)
    assert curves.steps == (1, 2, 3, 4)
    assert curves.rates[Tier.BASIC] == (0.125, 0.25, 0.375, 0.5)
    assert curves.rates[Tier.EDGE] == (None, None, None, None)
    assert curves.phases == (
        Stretch(1, 2, (Tier.BASIC,)),
        Stretch(3, 4, (Tier.BASIC, Tier.EDGE)),
    )
    assert curves.before[Tier.EDGE].mean == 0.25
    assert curves.after[Tier.EDGE].mean == 0.75


def test_the_figure_is_written_as_png_and_svg(study: list[Place], tmp_path: Path) -> None:
    figure.main([f"run={study[0].run.path}", f"out={tmp_path / 'curves.png'}"])
    png, svg = (tmp_path / "curves.png").read_bytes(), (tmp_path / "curves.svg").read_text()
    assert png.startswith(PNG)
    assert len(png) > 10_000
    for color in figure.COLORS.values():
        assert color.lower() in svg.lower()


def test_the_same_run_gives_the_same_bytes(study: list[Place], tmp_path: Path) -> None:
    curves = read_curves(study[0].run)
    first = figure.write_figure(curves, 3, tmp_path / "first.png")
    second = figure.write_figure(curves, 3, tmp_path / "second.png")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_run_without_an_end_has_no_figure(study: list[Place]) -> None:
    study[0].run.summary_path.unlink()
    with pytest.raises(UserError, match="not finished"):
        read_curves(study[0].run)
