"""The best of several, corrected for its having been chosen."""

import re
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from tarot.metrics import wilson
from tarot.metrics.selection import Solved, best_cross_fitted, best_elsewhere
from tests.metrics.selections import Errors, selection_errors

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"
ROW = re.compile(
    r"^\| ([\d.]+) \| ([+-][\d.]+) \| ([\d.]+)% \| ([+-][\d.]+) \| ([\d.]+)% \| ([+-][\d.]+) \|",
    re.MULTILINE,
)

CLEAR = {
    "good": {"a": [1], "b": [1], "c": [1], "d": [0]},
    "bad": {"a": [0], "b": [0], "c": [1], "d": [0]},
}


def test_one_that_is_better_everywhere_keeps_its_figure() -> None:
    best = best_cross_fitted(CLEAR)
    assert (best.name, best.as_chosen) == ("good", wilson(3, 4))
    assert best.corrected.mean == 0.75
    assert best.corrected.num_samples == 8
    assert max(best.chosen, key=lambda name: best.chosen[name]) == "good"


def test_the_choice_of_another_benchmark_is_scored_on_this_one() -> None:
    best = best_elsewhere(CLEAR, {"bad": 0.6, "good": 0.5, "unknown": 0.9})
    assert (best.name, best.chosen, best.corrected) == ("good", {"bad": 1.0}, wilson(1, 4))


def test_there_must_be_something_to_choose_from() -> None:
    with pytest.raises(ValueError, match="nothing to choose from"):
        best_elsewhere(CLEAR, {})
    with pytest.raises(ValueError, match="two problems or more"):
        best_cross_fitted({"one": {"a": [1]}})


def test_problems_that_one_lacks_do_not_decide() -> None:
    best = best_cross_fitted({**CLEAR, "other": {"a": [1], "b": [1], "c": [1], "d": []}})
    assert (best.name, best.as_chosen, best.corrected.num_clusters) == ("good", wilson(3, 3), 3)


def test_the_best_of_equals_is_flattered_and_its_corrected_figure_is_not() -> None:
    """Nine policies alike, of which each problem is solved half the time, on 80 problems.

    The highest of nine means of 80 is some 1.49 standard errors of .056 too high, 8 points.
    """
    generator = np.random.default_rng(0)
    found = [best_cross_fitted(_equals(generator), num_splits=2) for _ in range(120)]
    assert fmean(best.as_chosen.mean for best in found) == pytest.approx(0.58, abs=0.01)
    assert fmean(best.corrected.mean for best in found) == pytest.approx(0.5, abs=0.015)


@pytest.mark.soak
@pytest.mark.parametrize("row", ROW.findall(PAGE.read_text()), ids="-".join)
def test_the_page_states_errors_that_are_found(row: tuple[str, ...]) -> None:
    found = selection_errors(float(row[0]), 164, 1000)
    stated = [float(figure) / 100 for figure in row[1:]]
    assert [getattr(found, name) for name in Errors.__slots__] == pytest.approx(stated, abs=6e-4)


def _equals(generator: np.random.Generator) -> dict[str, Solved]:
    outcomes = generator.integers(2, size=(9, 80)).tolist()
    return {
        str(policy): {str(problem): [value] for problem, value in enumerate(row)}
        for policy, row in enumerate(outcomes)
    }
