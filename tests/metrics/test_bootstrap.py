"""Means over resampled rows, where the draws can be counted by hand."""

import numpy as np
import pytest

from tarot.metrics.bootstrap import bootstrap_means

NUM_DRAWS = 4000
# Four standard errors of a share among the draws, at most.
ERROR = 4 * 0.5 / NUM_DRAWS**0.5


def shares(means: list[float]) -> dict[float, float]:
    """How often each mean occurs; -1 stands for NaN."""
    values, counts = np.unique(np.nan_to_num(means, nan=-1.0), return_counts=True)
    return dict(zip(values.tolist(), (counts / len(means)).tolist(), strict=True))


def test_two_rows_give_each_twice_in_a_quarter_of_the_draws() -> None:
    means = bootstrap_means(np.array([[0.0], [1.0]]), NUM_DRAWS, seed=0)
    assert means.shape == (NUM_DRAWS, 1)
    expected = {0.0: 0.25, 0.5: 0.5, 1.0: 0.25}
    assert shares(means[:, 0].tolist()) == pytest.approx(expected, abs=ERROR)


def test_a_row_that_says_nothing_is_left_out_of_the_mean() -> None:
    means = bootstrap_means(np.array([[0.3], [np.nan]]), NUM_DRAWS, seed=0)
    assert shares(means[:, 0].tolist()) == pytest.approx({-1.0: 0.25, 0.3: 0.75}, abs=ERROR)


def test_all_columns_see_the_same_rows() -> None:
    rows = np.arange(5.0)
    means = bootstrap_means(np.column_stack([rows, 10 - 2 * rows]), NUM_DRAWS, seed=0)
    assert means[:, 1] == pytest.approx(10 - 2 * means[:, 0])
    assert len(set(means[:, 0].tolist())) > 5


def test_the_seed_fixes_the_draws() -> None:
    rows = np.arange(5.0).reshape(-1, 1)
    first, again, other = (bootstrap_means(rows, 20, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_no_row_says_nothing() -> None:
    assert np.isnan(bootstrap_means(np.empty((0, 2)), 3, seed=0)).tolist() == [[True, True]] * 3
