"""Which problems a probe keeps: those that the untuned model solves at times, but not always.

A problem that is always or never solved gives groups without variance, which cost generation and
teach nothing. Which ones those are changes as the model learns; a filter looks once.
"""

from collections.abc import Sequence
from statistics import fmean

from tarot.capability.outcomes import ProblemOutcomes, suite_scores, tier_scores
from tarot.types import Tier


def pass_rates(outcomes: Sequence[ProblemOutcomes], by: str) -> dict[str, float]:
    """The pass rate of each problem that has a judged sample.

    By "suite" it is the share of the samples that passed every tier in full; by "tiers" the mean
    over the problem's tiers of what each gives, which is the mean reward under equal weights.
    """
    if by == "suite":
        columns = [suite_scores(outcomes)]
    else:
        columns = [tier_scores(outcomes, tier) for tier in Tier]
    rates = {}
    for problem in outcomes:
        scores = [column[problem.problem_id] for column in columns]
        means = [fmean(found) for found in scores if found]
        if means:
            rates[problem.problem_id] = fmean(means)
    return rates


def kept_ids(
    outcomes: Sequence[ProblemOutcomes], bounds: Sequence[float], by: str
) -> frozenset[str]:
    """The problems whose pass rate is within the bounds, both included."""
    low, high = bounds
    rates = pass_rates(outcomes, by)
    return frozenset(problem for problem, rate in rates.items() if low <= rate <= high)
