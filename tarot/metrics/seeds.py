"""Paired tests over seeds: intervals, p-values, power and the detectable difference.

The seed is the unit. What an interval says holds for other seeds of the same models and problems,
not for other ones: what a method does to one problem it does to it under every seed, so that more
seeds don't bring out how much problems differ.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import nctdtr, stdtr, stdtrit  # type: ignore[import-untyped]

BySeed = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Paired:
    """A mean over seeds of paired differences: t-interval of 95%, deviation and p-value.

    `adjusted` is Holm's p-value within the family that the difference was tested in, None where
    it is not one of a family's.
    """

    mean: float
    low: float
    high: float
    deviation: float
    p: float
    adjusted: float | None
    num_seeds: int


def paired(better: BySeed, worse: BySeed, confidence: float = 0.95) -> Paired:
    """The mean of `better - worse` seed by seed, with Student's interval and two-sided p-value.

    Where all seeds differ alike the interval has no width, and p is 0, or 1 without difference.

    Raises:
        ValueError: if the seeds are not the same, or fewer than two.
    """
    if better.keys() != worse.keys() or len(better) < 2:
        raise ValueError("a paired difference needs the same two seeds or more on both sides")
    differences = [better[seed] - worse[seed] for seed in sorted(better)]
    mean, deviation = fmean(differences), stdev(differences)
    if deviation == 0:
        return Paired(mean, mean, mean, 0.0, float(mean == 0), None, len(differences))
    freedom, error = len(differences) - 1, deviation / math.sqrt(len(differences))
    margin = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    p = 2 * float(stdtr(freedom, -abs(mean) / error))
    return Paired(mean, mean - margin, mean + margin, deviation, p, None, len(differences))


def power(difference: float, deviation: float, num_seeds: int, alpha: float = 0.05) -> float:
    """The chance that a two-sided paired t-test finds a true difference (noncentral t)."""
    critical = stdtrit(num_seeds - 1, 1 - alpha / 2)
    shift = abs(difference) / deviation * math.sqrt(num_seeds)
    above = 1 - nctdtr(num_seeds - 1, shift, critical)
    below = nctdtr(num_seeds - 1, shift, -critical)
    return float(above + (0.0 if math.isnan(below) else below))  # scipy's NaN: nothing is left


def detectable(deviation: float, num_seeds: int, alpha: float = 0.05, wanted: float = 0.8) -> float:
    """The true difference that a paired t-test over `num_seeds`, 3 at least, finds as `wanted`."""
    most = 5 * deviation
    return float(brentq(lambda size: power(size, deviation, num_seeds, alpha) - wanted, 0.0, most))


def pooled_deviation(deviations: Sequence[float]) -> float:
    """The root of the mean variance of several differences over equally many seeds."""
    return math.sqrt(fmean([deviation**2 for deviation in deviations]))
