"""The curves of a run, and the figure that is drawn from them."""

import shutil
from pathlib import Path

import pytest

from experiments.demo import figure
from experiments.demo.curves import Stretch, read_curves
from experiments.demo.pooling import Place
from tarot.runs import RunDirectory
from tarot.types import Tier, UserError

PNG = b"\x89PNG\r\n"


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


def test_decisions_in_the_log_are_no_steps(study: list[Place], tmp_path: Path) -> None:
    run = study[0].run
    copy = RunDirectory(Path(shutil.copytree(run.path, tmp_path / "run")))
    copy.log.append({"step": 4, "decision": {"action": "advance"}})
    assert read_curves(copy) == read_curves(run)


def test_the_figure_is_written_as_png_and_svg(study: list[Place], tmp_path: Path) -> None:
    figure.main([f"run={study[0].run.path}", f"out={tmp_path / 'curves.png'}"])
    png, svg = (tmp_path / "curves.png").read_bytes(), (tmp_path / "curves.svg").read_text()
    assert png.startswith(PNG)
    assert len(png) > 10_000
    for color in figure.COLORS.values():
        assert color.lower() in svg.lower()


def test_the_same_run_gives_the_same_bytes(study: list[Place], tmp_path: Path) -> None:
    for name in ("first.png", "second.png"):
        figure.main([f"run={study[0].run.path}", f"out={tmp_path / name}"])
    for kind in ("png", "svg"):
        first, second = (tmp_path / f"{name}.{kind}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


def test_a_run_without_an_end_has_no_figure(study: list[Place]) -> None:
    study[0].run.summary_path.unlink()
    with pytest.raises(UserError, match="not finished"):
        read_curves(study[0].run)
