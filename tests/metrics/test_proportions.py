"""Score intervals, against their defining equations, printed examples and exact coverage."""

from itertools import product
from math import comb

import numpy as np
import pytest
from scipy.special import binom  # type: ignore[import-untyped]

from tarot.metrics import difference_of_means, paired_proportions, wilson

Z = 1.959963984540054


@pytest.mark.parametrize(("num_solved", "num_problems"), [(7, 10), (91, 164), (1, 500)])
def test_the_ends_of_wilsons_interval_are_where_the_score_test_rejects(
    num_solved: int, num_problems: int
) -> None:
    """(share - p)^2 = z^2 p (1 - p) / n, solved for p, is what the interval is defined by."""
    found = wilson(num_solved, num_problems)
    assert (found.mean, found.num_clusters) == (num_solved / num_problems, num_problems)
    for end in (found.low, found.high):
        assert (found.mean - end) ** 2 == pytest.approx(Z**2 * end * (1 - end) / num_problems)


def test_none_and_all_solved_leave_an_interval_with_a_width() -> None:
    """Of ten without success the upper end is z^2 / (10 + z^2) = .277533."""
    none, all_of_them = wilson(0, 10), wilson(10, 10)
    assert (none.low, none.high) == pytest.approx((0.0, 0.277533), abs=1e-6)
    assert (all_of_them.low, all_of_them.high) == pytest.approx((0.722467, 1.0), abs=1e-6)


@pytest.mark.parametrize(("num_problems", "least"), [(30, 0.92), (164, 0.93), (500, 0.94)])
def test_the_exact_coverage_of_wilsons_interval_is_near_the_one_named(
    num_problems: int, least: float
) -> None:
    """All counts enumerated, for true shares from .1 to .9; on average it is 95%."""
    found = [wilson(count, num_problems) for count in range(num_problems + 1)]
    ends = np.array([(one.low, one.high) for one in found])
    shares = np.linspace(0.1, 0.9, 201)
    counts = np.arange(num_problems + 1)[:, None]
    chances = binom(num_problems, counts) * shares**counts
    chances *= (1 - shares) ** (num_problems - counts)
    coverage = (chances * ((ends[:, :1] <= shares) & (shares <= ends[:, 1:]))).sum(axis=0)
    assert coverage.min() > least
    assert coverage.mean() == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(("num_solved", "num_problems"), [(3, 2), (-1, 2), (0, 0)])
def test_what_is_no_share_is_an_error(num_solved: int, num_problems: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(num_solved, num_problems)


def test_a_paired_difference_is_wald_after_one_more_gain_and_loss() -> None:
    """10 gained, 4 lost of 98: .11 and .05, margin z sqrt((.16 - .0036) / 100) = .077512."""
    found = paired_proportions(10, 4, 98)
    assert found.mean == pytest.approx(6 / 98)
    assert (found.low, found.high) == pytest.approx((-0.017512, 0.137512), abs=1e-6)


def test_two_models_that_solve_the_same_problems_may_still_differ() -> None:
    found = paired_proportions(0, 0, 164)
    assert found.low == pytest.approx(-found.high)
    assert 0.01 < found.high < 0.02


@pytest.mark.parametrize(("gain", "loss"), [(0.05, 0.05), (0.10, 0.04), (0.02, 0.0)])
def test_the_exact_coverage_of_a_paired_difference_is_at_least_near_the_one_named(
    gain: float, loss: float
) -> None:
    """All counts of gains and losses on 100 problems, with their trinomial chances."""
    total, covered = 0.0, 0.0
    for gained, lost in product(range(30), range(30)):
        kept = 100 - gained - lost
        ways = comb(100, gained) * comb(100 - gained, lost)
        chance = ways * gain**gained * loss**lost * (1 - gain - loss) ** kept
        found = paired_proportions(gained, lost, 100)
        total += chance
        covered += chance * (found.low <= gain - loss <= found.high)
    assert total == pytest.approx(1, abs=1e-6)
    assert covered > 0.94


def test_two_proportions_alone_give_newcombes_interval() -> None:
    """His example (1998, table II): 56 of 70 less 48 of 80 is .2, from .0524 to .3339."""
    found = difference_of_means(wilson(48, 80), wilson(56, 70))
    assert found.mean == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
