"""Shares of problems solved, with one sample each: intervals that hold near 0 and 1 too.

With one sample a problem the problems are independent trials, so that counts say all. Student's
interval has no width where all problems end alike; these have.
"""

import math

from scipy.special import ndtri  # type: ignore[import-untyped]

from tarot.metrics.estimates import Estimate


def wilson(num_solved: float, num_problems: int, confidence: float = 0.95) -> Estimate:
    """The share solved with Wilson's score interval.

    Source: Wilson (1927), JASA 22(158); recommended by Brown, Cai and DasGupta (2001), "Interval
    estimation for a binomial proportion", Statistical Science 16(2). `num_solved` need not be
    whole: for a mean over several samples of each problem, of which no more is known, the interval
    is as if all samples of a problem agreed, and so too wide rather than too narrow.

    Raises:
        ValueError: without problems, or with more solved than there are.
    """
    if not 0 <= num_solved <= num_problems or num_problems == 0:
        raise ValueError(f"{num_solved} of {num_problems} problems is no share")
    z = _quantile(confidence)
    share = num_solved / num_problems
    shrinkage = 1 + z * z / num_problems
    center = (share + z * z / (2 * num_problems)) / shrinkage
    variance = share * (1 - share) / num_problems + (z / (2 * num_problems)) ** 2
    margin = z * math.sqrt(variance) / shrinkage
    low, high = max(0.0, min(share, center - margin)), min(1.0, max(share, center + margin))
    return Estimate(share, low, high, num_problems, num_problems)


def paired_proportions(
    num_gained: int, num_lost: int, num_problems: int, confidence: float = 0.95
) -> Estimate:
    """The difference of two shares on the same problems, of which some were gained and some lost.

    The others are solved by both or by neither. Source: Bonett and Price (2012), "Adjusted Wald
    confidence interval for a difference of binomial proportions based on paired data", Journal of
    Educational and Behavioral Statistics 37(4): Wald's interval after one more gain and loss.

    Raises:
        ValueError: without problems, or with more that changed than there are.
    """
    if min(num_gained, num_lost) < 0 or not 0 < num_problems >= num_gained + num_lost:
        raise ValueError(f"{num_gained} gained and {num_lost} lost of {num_problems} problems")
    trials = num_problems + 2
    gained, lost = (num_gained + 1) / trials, (num_lost + 1) / trials
    mean = (num_gained - num_lost) / num_problems
    variance = (gained + lost - (gained - lost) ** 2) / trials
    margin = _quantile(confidence) * math.sqrt(variance)
    low = max(-1.0, min(mean, gained - lost - margin))
    high = min(1.0, max(mean, gained - lost + margin))
    return Estimate(mean, low, high, num_problems, 2 * num_problems)


def difference_of_means(before: Estimate, after: Estimate) -> Estimate:
    """`after - before` where only the two means and their intervals are known.

    As if the two were independent: where both speak of the same problems it is too wide, for what
    is hard for one is hard for the other. Source: the hybrid score interval, Newcombe (1998),
    Statistics in Medicine 17(8), method 10, for any two intervals after Zou and Donner (2008),
    Statistics in Medicine 27(10).
    """
    mean = after.mean - before.mean
    below = math.hypot(after.mean - after.low, before.high - before.mean)
    above = math.hypot(after.high - after.mean, before.mean - before.low)
    return Estimate(
        mean,
        max(-1.0, mean - below),
        min(1.0, mean + above),
        min(before.num_clusters, after.num_clusters),
        before.num_samples + after.num_samples,
    )


def _quantile(confidence: float) -> float:
    return float(ndtri((1 + confidence) / 2))
