"""Means and differences of scores in [0, 1], with intervals clustered by problem.

Samples of one problem are not independent, so the problem is the unit: its samples are averaged
first, and a Student t-interval is taken over the problems' values. The interval speaks of new
problems for the models that were measured. It does not cover what training again under another
seed would change, and it has width 0 when all problems give the same value.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TypeVar

from scipy.special import stdtrit  # type: ignore[import-untyped]

Cluster = TypeVar("Cluster", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over clusters with the two ends of its interval."""

    mean: float
    low: float
    high: float
    num_clusters: int
    num_samples: int


@dataclass(frozen=True, slots=True)
class Change:
    """A mean before and after something was done, and their difference, cluster by cluster."""

    before: Estimate
    after: Estimate
    difference: Estimate


def clustered_mean(
    samples: Mapping[Cluster, Sequence[float]], confidence: float = 0.95
) -> Estimate:
    """The mean over clusters of each cluster's mean score; clusters without samples don't count.

    Raises:
        ValueError: if no cluster has samples.
    """
    clusters = [scores for scores in samples.values() if scores]
    means = [fmean(scores) for scores in clusters]
    return student_interval(means, sum(map(len, clusters)), (0.0, 1.0), confidence)


def paired_difference(
    before: Mapping[Cluster, Sequence[float]],
    after: Mapping[Cluster, Sequence[float]],
    confidence: float = 0.95,
) -> Estimate:
    """The mean over clusters of (mean score after - mean score before).

    To pool several seeds, the key is the task itself: one that several seeds drew is one cluster,
    with all their samples in one sequence. A cluster without samples on either side doesn't count.

    Raises:
        ValueError: if the two sides differ in keys, or no cluster has samples on both.
    """
    if before.keys() != after.keys():
        raise ValueError("before and after differ in their problems; pair the same ones")
    pairs = [(before[key], after[key]) for key in before if before[key] and after[key]]
    differences = [fmean(late) - fmean(early) for early, late in pairs]
    num_samples = sum(len(early) + len(late) for early, late in pairs)
    return student_interval(differences, num_samples, (-1.0, 1.0), confidence)


def student_interval(
    values: Sequence[float],
    num_samples: int,
    scale: tuple[float, float],
    confidence: float = 0.95,
) -> Estimate:
    """The mean of a value a cluster with Student's interval, cut to the scale.

    With one cluster nothing is known of others, and the interval is the whole scale.

    Raises:
        ValueError: without values.
    """
    if not values:
        raise ValueError("no problem has samples to estimate from")
    lowest, highest = scale
    mean = fmean(values)
    margin = highest - lowest
    if len(values) > 1:
        quantile = float(stdtrit(len(values) - 1, (1 + confidence) / 2))
        margin = quantile * stdev(values) / math.sqrt(len(values))
    low, high = max(lowest, mean - margin), min(highest, mean + margin)
    return Estimate(mean, low, high, len(values), num_samples)
