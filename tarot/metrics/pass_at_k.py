"""Pass@k: the chance that at least one of k samples solves a problem, without bias.

Source: Chen et al. (2021), "Evaluating large language models trained on code", section 2.1. Of n
samples, of which c solve the problem, every subset of k is as good as any, so the share of subsets
with a solution, 1 - C(n - c, k) / C(n, k), has the right mean. The plug-in 1 - (1 - c / n)^k is too
low. Problems are the unit of the interval, as for any mean of several samples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tarot.metrics.estimates import Cluster, Estimate, clustered_mean


def pass_at_k(num_samples: int, num_solved: int, k: int) -> float:
    """The unbiased estimate for one problem; ValueError with fewer samples than `k`."""
    if not 1 <= k <= num_samples or not 0 <= num_solved <= num_samples:
        raise ValueError(f"pass@{k} of {num_samples} samples, {num_solved} of them solved")
    unsolved = num_samples - num_solved
    if unsolved < k:
        return 1.0
    # C(n - c, k) / C(n, k) as a product of k shares, which never overflows.
    drawn = np.arange(k)
    return 1.0 - float(np.prod((unsolved - drawn) / (num_samples - drawn)))


def pass_at_k_scores(
    solved: Mapping[Cluster, Sequence[float]], k: int
) -> dict[Cluster, list[float]]:
    """Per problem its pass@k, as the one value that `clustered_mean` and differences take.

    Args:
        solved: 1 or 0 for each sample of a problem.
        k: how many samples are drawn.

    Returns:
        An empty list for a problem with fewer than `k` samples, as where some were not judged.

    Raises:
        ValueError: for samples that are neither 1 nor 0.
    """
    return {
        problem: [pass_at_k(len(samples), _count(samples), k)] if len(samples) >= k else []
        for problem, samples in solved.items()
    }


def mean_pass_at_k(
    solved: Mapping[Cluster, Sequence[float]], k: int, confidence: float = 0.95
) -> Estimate:
    """The mean over problems, with the clustered interval.

    Raises:
        ValueError: if no problem has `k` samples.
    """
    scores = pass_at_k_scores(solved, k)
    estimate = clustered_mean(scores, confidence)
    counted = sum(len(solved[problem]) for problem, score in scores.items() if score)
    return replace(estimate, num_samples=counted)


def _count(samples: Sequence[float]) -> int:
    if any(sample not in (0, 1) for sample in samples):
        raise ValueError("pass@k needs samples that solve their problem or don't, not shares")
    return sum(sample == 1 for sample in samples)
