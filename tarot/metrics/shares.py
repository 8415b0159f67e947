"""The interval that fits the samples there are: one of each problem, or several.

Like those it chooses from, it speaks of new problems for the models that were measured.
"""

from collections.abc import Mapping, Sequence

from tarot.metrics.estimates import Cluster, Estimate, clustered_mean, paired_difference
from tarot.metrics.proportions import paired_proportions, wilson


def solved_share(solved: Mapping[Cluster, Sequence[float]], confidence: float = 0.95) -> Estimate:
    """The share of samples that solve their problem, problems counting alike.

    Wilson's interval where each problem has one sample that is 1 or 0, else the clustered one.

    Raises:
        ValueError: if no problem has samples.
    """
    if not _has_single_trials(solved):
        return clustered_mean(solved, confidence)
    outcomes = [samples[0] for samples in solved.values() if samples]
    return wilson(sum(outcomes), len(outcomes), confidence)


def share_difference(
    before: Mapping[Cluster, Sequence[float]],
    after: Mapping[Cluster, Sequence[float]],
    confidence: float = 0.95,
) -> Estimate:
    """The difference `after - before`, problem by problem.

    By the problems gained and lost where each has one sample that is 1 or 0, else clustered. A
    problem without samples on either side doesn't count.

    Raises:
        ValueError: if the two sides differ in keys, or no problem has samples on both.
    """
    if before.keys() != after.keys() or not _has_single_trials(before, after):
        return paired_difference(before, after, confidence)
    steps = [after[key][0] - before[key][0] for key in before if before[key] and after[key]]
    return paired_proportions(steps.count(1), steps.count(-1), len(steps), confidence)


def _has_single_trials(*sides: Mapping[Cluster, Sequence[float]]) -> bool:
    """Whether there are samples, at most one of each problem, and all of them 1 or 0."""
    samples = [found for solved in sides for found in solved.values() if found]
    return bool(samples) and all(len(one) == 1 and one[0] in (0, 1) for one in samples)
