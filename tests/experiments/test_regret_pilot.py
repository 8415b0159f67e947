"""The pilot, on the grid of three seeds whose figures are worked out in test_regret_analysis."""

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.regret import pilot
from experiments.regret.analysis import analyse
from experiments.regret.grid import Capability
from experiments.regret.results import Measure, Missing, Results
from experiments.regret.table import render
from experiments.results import FILE
from tarot.runs import write_json
from tarot.types import UserError
from tests.experiments.test_regret_analysis import TABLE, grid


def piloted() -> Results:
    """The same grid under the seeds 101 to 103."""
    runs = grid(dict.fromkeys(Capability, TABLE))
    return analyse([replace(run, seed=run.seed + 100) for run in runs], missing=[])


def test_the_deviation_is_pooled_over_curricula_and_capabilities(tmp_path: Path) -> None:
    """Forward differs by .3 -.1 -.2 (variance .07), reversed by -.1 .1 0 (.01): mean .04."""
    write_json(tmp_path / FILE, piloted().to_json())
    assert pilot.main([f"results={tmp_path}", f"out={tmp_path}"]) == 0
    found = pilot.read_pilot(tmp_path)
    assert found is not None
    assert found.seeds == (101, 102, 103)
    assert found.deviations[Measure.SUITE] == pytest.approx(0.2)
    assert found.deviations[Measure.TIERS] == pytest.approx(0.1)
    text = render(piloted(), found)
    assert "deviation of paired differences (20.0 points over 3 other seeds)" in text


def test_without_a_pilot_nothing_was_stated(tmp_path: Path) -> None:
    assert pilot.read_pilot(tmp_path) is None
    assert "No pilot was run" in render(piloted(), None)


def test_the_studys_own_seeds_are_no_pilot() -> None:
    with pytest.raises(UserError, match=r"seeds other than \(1, 2, 3, 4, 5, 6\)"):
        pilot.pilot_of(analyse(grid(dict.fromkeys(Capability, TABLE)), missing=[]))


def test_half_a_grid_is_no_pilot() -> None:
    with pytest.raises(UserError, match="with 1 runs missing"):
        pilot.pilot_of(replace(piloted(), missing=(Missing("weak-average-101", "no such file"),)))
