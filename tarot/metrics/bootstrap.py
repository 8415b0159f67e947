"""Means over resampled clusters: how far a mean could move with other problems.

Rows are drawn, not samples: what varies inside a problem comes along with it. With few rows the
draws vary too little, and with equal rows not at all.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bootstrap_means(values: Floats, num_draws: int, seed: int) -> Floats:
    """The mean of each column over rows drawn with replacement; all columns see the same rows.

    Args:
        values: (rows, columns), NaN where a row says nothing about a column.
        num_draws: how often as many rows as there are get drawn.
        seed: makes the draws the same each time.

    Returns:
        (num_draws, columns), NaN where no drawn row says anything.
    """
    num_rows, num_columns = values.shape
    means = np.full((num_draws, num_columns), np.nan)
    if num_rows == 0:
        return means
    generator = np.random.default_rng(seed)
    known = ~np.isnan(values)
    pairs = np.hstack([np.where(known, values, 0.0), known])  # (rows, 2 * columns)
    for draw in range(num_draws):
        times = np.bincount(generator.integers(num_rows, size=num_rows), minlength=num_rows)
        sums, counts = np.split(times @ pairs, 2)
        np.divide(sums, counts, out=means[draw], where=counts > 0)
    return means
