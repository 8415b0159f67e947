"""From the outcomes of problems to a benchmark's figures: the suite's, the tiers' and pass@k."""

from collections.abc import Mapping, Sequence

from tarot.capability import ProblemOutcomes, suite_scores, tier_means, tier_scores
from tarot.evaluation.benchmark import BenchmarkFailure, Measured
from tarot.metrics import clustered_mean, mean_pass_at_k
from tarot.types import Tier


def measured(outcomes: Sequence[ProblemOutcomes], samples: int) -> Measured:
    """The pass rate of whole suites, by problem, and as parts those of tiers and every pass@k.

    The parts are `TIER`, its share of tests passed, and for k = 2, 4, … up to `samples` `pass@k`
    of the suite and `TIER/pass@k`, where a sample solves a tier if it passes all its tests.

    Raises:
        BenchmarkFailure: if no problem has both a tier and a judged sample.
    """
    suite = suite_scores(outcomes)
    solved = {problem: scores for problem, scores in suite.items() if scores}
    if not solved:
        raise BenchmarkFailure("no problem has a tier and a sample that could be judged")
    parts = {tier.value: estimate.mean for tier, estimate in tier_means(outcomes).items()}
    for k in powers_of_two(samples):
        parts |= _pass_at(k, "", solved)
        for tier in Tier:
            parts |= _pass_at(k, f"{tier}/", in_full(tier_scores(outcomes, tier)))
    return Measured(
        metric="pass@1",
        value=clustered_mean(solved).mean,
        num_problems=len(solved),
        num_samples=samples,
        parts=parts,
        solved=solved,
    )


def powers_of_two(samples: int) -> list[int]:
    """The k = 2, 4, … up to the number of samples for which pass@k is given."""
    return [2**power for power in range(1, samples.bit_length()) if 2**power <= samples]


def in_full(scores: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """By problem 1 or 0 for each sample, from shares: whether it is all."""
    return {problem: [float(one == 1) for one in shares] for problem, shares in scores.items()}


def _pass_at(k: int, prefix: str, solved: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Empty where too many samples could not be judged."""
    if not any(len(samples) >= k for samples in solved.values()):
        return {}
    return {f"{prefix}pass@{k}": mean_pass_at_k(solved, k).mean}
