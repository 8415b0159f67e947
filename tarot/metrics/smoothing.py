"""Curves over steps, made easier to read."""

from collections.abc import Sequence
from math import isnan, nan
from statistics import fmean


def smoothed(values: Sequence[float | None], window: int) -> list[float]:
    """The mean of the `window` values around each, fewer at the ends; None and NaN don't count.

    NaN where nothing counts.
    """
    half = window // 2
    around = [values[max(0, place - half) : place + half + 1] for place in range(len(values))]
    known = [[value for value in near if value is not None and not isnan(value)] for near in around]
    return [fmean(near) if near else nan for near in known]
