"""Means and differences, against intervals worked out by hand."""

import pytest

from tarot.metrics import clustered_mean, paired_difference


def test_each_problem_counts_once_however_many_samples_it_has() -> None:
    estimate = clustered_mean({"a": [1, 1, 1, 1, 1, 0, 0, 0, 0, 0], "b": [1], "c": []})
    assert estimate.mean == 0.75
    assert (estimate.num_clusters, estimate.num_samples) == (2, 11)


def test_the_interval_of_a_difference_is_the_t_interval_over_the_problems() -> None:
    """Differences .5 0 .25 .25: mean .25, s = .204124, t(3, .975) = 3.182446, so +- .324807."""
    before = {"a": [0, 0], "b": [1, 0], "c": [0, 0, 0, 1], "d": [0]}
    after = {"a": [1, 0], "b": [0, 1], "c": [1, 0], "d": [1, 0, 0, 0]}
    estimate = paired_difference(before, after)
    assert estimate.mean == pytest.approx(0.25)
    assert estimate.low == pytest.approx(-0.074807, abs=1e-6)
    assert estimate.high == pytest.approx(0.574807, abs=1e-6)
    assert (estimate.num_clusters, estimate.num_samples) == (4, 19)


def test_a_lower_confidence_gives_a_narrower_interval() -> None:
    """Means 0 and .5: mean .25, standard error .25; t(1, .75) = 1, so the half interval is .25."""
    estimate = clustered_mean({"a": [0.0], "b": [0.5]}, confidence=0.5)
    assert (estimate.low, estimate.high) == pytest.approx((0.0, 0.5))


def test_an_interval_ends_where_the_scale_does() -> None:
    estimate = clustered_mean({"a": [0], "b": [1]})
    assert (estimate.low, estimate.high) == (0, 1)


def test_one_problem_alone_says_nothing_about_others() -> None:
    estimate = paired_difference({"a": [0, 0]}, {"a": [1, 1]})
    assert (estimate.mean, estimate.low, estimate.high) == (1, -1, 1)


def test_a_problem_without_samples_on_one_side_is_left_out_of_both() -> None:
    estimate = paired_difference({"a": [0], "b": [1]}, {"a": [1], "b": []})
    assert (estimate.mean, estimate.num_clusters, estimate.num_samples) == (1, 1, 2)


def test_different_problems_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="pair the same ones"):
        paired_difference({"a": [0]}, {"b": [0]})


def test_nothing_cannot_be_estimated() -> None:
    with pytest.raises(ValueError, match="no problem"):
        clustered_mean({"a": []})
