"""Coverage of the intervals by simulation, with spread between problems, methods and seeds."""

import re
from pathlib import Path

import pytest

from tests.metrics.coverages import coverage_of_one_run, coverage_of_seeds
from tests.metrics.worlds import World

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"
ROW = re.compile(r"\| (\d+) \| (\d+) \| (\d+) \| ([^|]+) \| (\d\d\.\d)% \|")

# Four standard errors of a coverage of 95% over so many draws are 4 points.
NUM_DRAWS = 400
NOMINAL = pytest.approx(0.95, abs=0.044)


def test_one_greedy_sample_a_problem_holds_what_the_checkpoint_solves() -> None:
    found = coverage_of_one_run(World(164, 1), NUM_DRAWS)
    assert found["checkpoint"] == NOMINAL
    assert found["checkpoints"] == NOMINAL


def test_several_samples_hold_what_the_checkpoint_solves_and_miss_what_the_method_does() -> None:
    """With seeds that differ much, which one run can't show."""
    found = coverage_of_one_run(World(60, 8, seed=0.8), NUM_DRAWS)
    assert found["checkpoint"] == NOMINAL
    assert found["checkpoints"] == NOMINAL
    assert found["method"] < 0.75
    assert found["methods"] < 0.75


def test_three_paired_seeds_hold_the_difference_on_these_problems() -> None:
    assert coverage_of_seeds(World(40, 2, 3), NUM_DRAWS)["these problems"] == NOMINAL


def test_six_seeds_do_not_stand_for_problems() -> None:
    """What a method does to these problems it does under every seed."""
    found = coverage_of_seeds(World(40, 8, 6, method=1.0), NUM_DRAWS)
    assert found["these problems"] == NOMINAL
    assert found["new problems"] < 0.85


@pytest.mark.soak
@pytest.mark.parametrize("row", ROW.findall(PAGE.read_text()), ids="-".join)
def test_the_page_states_coverages_that_are_found(row: tuple[str, ...]) -> None:
    """To what rounding leaves, since the draws are the same each time."""
    problems, samples, seeds, truth, stated = row
    world = World(int(problems), int(samples), int(seeds))
    measure = coverage_of_seeds if int(seeds) > 1 else coverage_of_one_run
    assert 100 * measure(world, 4000)[truth] == pytest.approx(float(stated), abs=0.1)
