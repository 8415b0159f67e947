"""Tests over seeds, against figures worked out by hand and from printed tables."""

import pytest

from tarot.metrics.multiplicity import holm
from tarot.metrics.seeds import detectable, paired, pooled_deviation, power


def test_a_paired_difference_has_students_interval_over_seeds() -> None:
    """Differences .1 .2 .3: mean .2, s = .1, error .1 / sqrt(3) = .057735, t(2, .975) = 4.302653.

    t = .2 / .057735 = 3.464102, and with two degrees of freedom p = 1 - t / sqrt(2 + t^2), which
    is 1 - 3.464102 / sqrt(14) = .074180.
    """
    found = paired({1: 0.5, 2: 0.5, 3: 0.9}, {1: 0.4, 2: 0.3, 3: 0.6})
    assert found.mean == pytest.approx(0.2)
    assert found.deviation == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx((-0.048414, 0.448414), abs=1e-6)
    assert found.p == pytest.approx(0.074180, abs=1e-6)
    assert (found.adjusted, found.num_seeds) == (None, 3)


def test_seeds_are_paired_by_their_number_and_not_by_their_place() -> None:
    found = paired({1: 0.1, 2: 0.9}, {2: 0.8, 1: 0.0})
    assert found.mean == pytest.approx(0.1)
    assert found.deviation == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("shift", "p"), [(0.0, 1.0), (0.25, 0.0)])
def test_seeds_that_differ_alike_leave_no_doubt(shift: float, p: float) -> None:
    found = paired({1: 0.5 + shift, 2: 0.25 + shift}, {1: 0.5, 2: 0.25})
    assert (found.low, found.mean, found.high, found.p) == (shift, shift, shift, p)


@pytest.mark.parametrize("worse", [{1: 0.5}, {1: 0.5, 3: 0.5}])
def test_seeds_without_a_partner_are_an_error(worse: dict[int, float]) -> None:
    with pytest.raises(ValueError, match="the same two seeds or more"):
        paired({1: 0.5, 2: 0.5} if len(worse) == 2 else {1: 0.5}, worse)


def test_holm_multiplies_by_the_number_left_and_never_falls() -> None:
    """Sorted .01 .02 .03 .2: times 4, 3, 2 and 1 it is .04 .06 .06 .2, and the third is kept up."""
    assert holm([0.03, 0.2, 0.01, 0.02]) == pytest.approx([0.06, 0.2, 0.04, 0.06])


def test_an_adjusted_p_is_at_most_one() -> None:
    assert holm([0.9, 0.6]) == [1.0, 1.0]


def test_power_is_that_of_the_printed_tables() -> None:
    """Cohen (1988): half a deviation takes 34 pairs, and one whole deviation 10, for 80%."""
    assert power(0.5, 1.0, 34) > 0.8 > power(0.5, 1.0, 33)
    assert power(1.0, 1.0, 10) > 0.8 > power(1.0, 1.0, 9)


def test_without_a_difference_power_is_the_level_of_the_test() -> None:
    assert power(0.0, 0.1, 6) == pytest.approx(0.05)


def test_the_detectable_difference_has_the_power_asked_for_and_scales() -> None:
    """With six seeds it is about one and a half deviations."""
    size = detectable(0.1, 6)
    assert power(size, 0.1, 6) == pytest.approx(0.8)
    assert 0.14 < size < 0.15
    assert detectable(0.2, 6) == pytest.approx(2 * size)


def test_three_seeds_find_only_what_is_more_than_three_deviations() -> None:
    assert power(3.2, 1.0, 3) < 0.8 < power(3.3, 1.0, 3)
    assert 3.2 < detectable(1.0, 3) < 3.3


def test_deviations_are_pooled_by_their_variances() -> None:
    assert pooled_deviation([3.0, 4.0]) == pytest.approx(12.5**0.5)
