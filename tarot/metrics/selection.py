"""The best of several, with a figure for it that the choice has not flattered.

The highest of several noisy means is too high: it was picked for its luck, too. So the choice is
made on other data than the figure is taken from: on another benchmark, or on one half of the
problems for the other half (cross-fitting; Chernozhukov et al. 2018, "Double/debiased machine
learning", The Econometrics Journal 21(1), section 3). The cross-fitted figure is that of a choice
made on half the problems, which errs a little more often than one on all of them. Choosing by
another benchmark has no such loss, but is a choice by that benchmark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from tarot.metrics.estimates import Estimate, clustered_mean
from tarot.metrics.shares import solved_share

Solved = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Best:
    """The best of several by name, its own figure as it stands, and one corrected for the choice.

    Args:
        name: the highest mean on all problems; the first of equal ones.
        as_chosen: its figure on the problems that it was chosen on: too high.
        chosen: by name, the share of the choices that `corrected` follows; one choice of share 1
            where another benchmark chose.
        corrected: the figure of what was chosen elsewhere.
    """

    name: str
    as_chosen: Estimate
    chosen: Mapping[str, float]
    corrected: Estimate


def best_elsewhere(solved: Mapping[str, Solved], elsewhere: Mapping[str, float]) -> Best:
    """The best by another benchmark's means; of those alone that it has a mean for.

    Args:
        solved: by name, the samples of each problem.
        elsewhere: by name, the mean on the other benchmark.

    Raises:
        ValueError: if nothing is known by both.
    """
    known = [name for name in solved if name in elsewhere]
    if not known:
        raise ValueError("nothing to choose from: no name has a mean elsewhere")
    chosen = max(known, key=lambda name: elsewhere[name])
    name, as_chosen = _best(solved)
    return Best(name, as_chosen, {chosen: 1.0}, solved_share(solved[chosen]))


def best_cross_fitted(solved: Mapping[str, Solved], num_splits: int = 50, seed: int = 0) -> Best:
    """The best with a figure cross-fitted over halves of the problems that all have.

    Each split sends the problems into two halves; each half is scored by what was best on the
    other. A problem's value is its mean over the splits, and the interval is Student's over the
    problems' values, which leaves out how the choice itself varies with the problems.

    Args:
        solved: by name, the samples of each problem.
        num_splits: how many random halvings are averaged, so that none of them decides.
        seed: makes the halvings the same each time.

    Raises:
        ValueError: with fewer than two problems that all have samples of.
    """
    problems = _shared(solved)
    if len(problems) < 2:
        raise ValueError("cross-fitting needs two problems or more that all have samples of")
    names = list(solved)
    means = np.array([[fmean(solved[name][problem]) for problem in problems] for name in names])
    values, shares = _cross_fit(means, num_splits, np.random.default_rng(seed))
    clusters = {problem: [value] for problem, value in zip(problems, values.tolist(), strict=True)}
    num_samples = sum(len(solved[name][problem]) for name in names for problem in problems)
    corrected = replace(clustered_mean(clusters), num_samples=num_samples)
    name, as_chosen = _best({name: {key: solved[name][key] for key in problems} for name in names})
    chosen = {key: share for key, share in zip(names, shares.tolist(), strict=True) if share > 0}
    return Best(name, as_chosen, chosen, corrected)


def _cross_fit(
    means: NDArray[np.float64], num_splits: int, generator: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each problem's mean value (problems,), and how often each name was chosen (names,).

    Args:
        means: (names, problems).
        num_splits: how many halvings there are.
        generator: draws them.
    """
    num_names, num_problems = means.shape
    values, choices = np.zeros(num_problems), np.zeros(num_names)
    for _ in range(num_splits):
        order = generator.permutation(num_problems)
        halves = order[: num_problems // 2], order[num_problems // 2 :]
        for own, other in (halves, halves[::-1]):
            chosen = int(means[:, other].mean(axis=1).argmax())
            values[own] += means[chosen, own]
            choices[chosen] += 1
    return values / num_splits, choices / choices.sum()


def _shared(solved: Mapping[str, Solved]) -> list[str]:
    """The problems that all have samples of, in the order of the first."""
    sides = list(solved.values())
    first = sides[0] if sides else {}
    return [problem for problem in first if all(side.get(problem) for side in sides)]


def _best(solved: Mapping[str, Solved]) -> tuple[str, Estimate]:
    estimates = {name: solved_share(samples) for name, samples in solved.items()}
    name = max(estimates, key=lambda key: estimates[key].mean)
    return name, estimates[name]
