"""The metrics of an evaluation while training, always under the same names."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from tarot.capability import ProblemOutcomes, suite_scores, tier_scores
from tarot.evaluation.tier_figures import in_full, powers_of_two
from tarot.metrics import clustered_mean, mean_pass_at_k
from tarot.types import Tier


def eval_metrics(
    outcomes: Sequence[ProblemOutcomes], lengths: Sequence[int], samples: int
) -> dict[str, float]:
    """What one evaluation found; NaN for what it says nothing about.

    Args:
        outcomes: of the problems, each with its samples.
        lengths: tokens of every completion.
        samples: completions of each problem.

    Returns:
        Of the suite `eval/pass_at_1` with its 95% interval over problems, `…_low` and `…_high`,
        and for k = 2, 4, … up to `samples` `eval/pass_at_k`; of each tier `eval/TIER/pass_rate`,
        the share of its tests that are passed, and `eval/TIER/pass_at_k` from k = 1, where a
        sample solves a tier if it passes all its tests; `eval/length` in tokens; and as shares of
        all completions `eval/truncated`, `eval/no_code` and `eval/unjudged`.
    """
    suite = suite_scores(outcomes)
    metrics = _pass_at_ks("eval", suite, samples)
    known = any(suite.values())
    interval = clustered_mean(suite) if known else None
    metrics["eval/pass_at_1_low"] = interval.low if interval else math.nan
    metrics["eval/pass_at_1_high"] = interval.high if interval else math.nan
    for tier in Tier:
        scores = tier_scores(outcomes, tier)
        has_tier = any(scores.values())
        metrics[f"eval/{tier}/pass_rate"] = clustered_mean(scores).mean if has_tier else math.nan
        metrics |= _pass_at_ks(f"eval/{tier}", in_full(scores), samples)
    number = len(outcomes) * samples
    return metrics | {
        "eval/length": fmean(lengths),
        "eval/truncated": sum(one.num_truncated for one in outcomes) / number,
        "eval/no_code": sum(one.num_no_code for one in outcomes) / number,
        "eval/unjudged": sum(one.num_unjudged for one in outcomes) / number,
    }


def _pass_at_ks(
    prefix: str, solved: Mapping[str, Sequence[float]], samples: int
) -> dict[str, float]:
    most = max(map(len, solved.values()), default=0)
    return {
        f"{prefix}/pass_at_{k}": mean_pass_at_k(solved, k).mean if k <= most else math.nan
        for k in (1, *powers_of_two(samples))
    }
