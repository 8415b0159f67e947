"""Smoothed curves, by hand."""

from math import isnan, nan

import pytest

from tarot.metrics import smoothed


def test_smoothing_is_the_mean_of_the_values_around() -> None:
    """The ends have fewer values around them, and a missing one does not count."""
    assert smoothed([0.0, 0.3, 0.6, 0.0], 3) == pytest.approx([0.15, 0.3, 0.3, 0.3])
    assert smoothed([0.0, None, 0.5], 3) == pytest.approx([0.0, 0.25, 0.5])
    assert smoothed([0.0, nan, 0.5], 3) == pytest.approx([0.0, 0.25, 0.5])
    assert smoothed([0.1, 0.9], 1) == [0.1, 0.9]


def test_smoothing_nothing_is_nan() -> None:
    assert all(map(isnan, smoothed([None, nan], 3)))
