"""The metrics of an evaluation from the outcomes of problems, by hand."""

import math

import pytest

from tarot.capability import PatternCount, ProblemOutcomes
from tarot.evaluation.eval_metrics import eval_metrics
from tarot.metrics import clustered_mean
from tarot.types import Tier


def pattern(basic: float, edge: float, count: int) -> PatternCount:
    return PatternCount({Tier.BASIC: basic, Tier.EDGE: edge}, count)


# Of the first problem one sample of four solves all and one half of an edge with two tests; of the
# second all do; of the third one sample was judged, and it failed.
OUTCOMES = (
    ProblemOutcomes("some", (pattern(1, 1, 1), pattern(1, 0.5, 1), pattern(0, 0, 2)), 2, 1),
    ProblemOutcomes("all", (pattern(1, 1, 4),)),
    ProblemOutcomes("lost", (pattern(0, 0, 1),), num_unjudged=3),
)
LENGTHS = [10] * 6 + [20] * 6


def test_pass_at_k_of_the_suite_and_of_tiers() -> None:
    """Pass@2 of one in four is 1 - C(3,2) / C(4,2) = 1/2, of two in four 5/6."""
    found = eval_metrics(OUTCOMES, LENGTHS, samples=4)
    expected = {
        "eval/pass_at_1": (1 / 4 + 1 + 0) / 3,
        "eval/pass_at_2": (1 / 2 + 1) / 2,
        "eval/pass_at_4": 1,
        "eval/basic/pass_rate": (2 / 4 + 1 + 0) / 3,
        "eval/basic/pass_at_1": (2 / 4 + 1 + 0) / 3,
        "eval/basic/pass_at_2": (5 / 6 + 1) / 2,
        "eval/edge/pass_rate": (1.5 / 4 + 1 + 0) / 3,
        "eval/edge/pass_at_1": (1 / 4 + 1 + 0) / 3,
        "eval/length": 15,
        "eval/truncated": 1 / 12,
        "eval/no_code": 2 / 12,
        "eval/unjudged": 3 / 12,
    }
    assert {key: found[key] for key in expected} == pytest.approx(expected)
    interval = clustered_mean({"some": [0.25], "all": [1.0], "lost": [0.0]})
    assert found["eval/pass_at_1_low"] == pytest.approx(interval.low)
    assert found["eval/pass_at_1_high"] == pytest.approx(interval.high)


def test_the_names_are_the_same_whatever_was_found() -> None:
    """What is not known is NaN, never 0."""
    nothing = (ProblemOutcomes("lost", (), num_unjudged=4),)
    found = eval_metrics(nothing, [5] * 4, samples=4)
    assert found.keys() == eval_metrics(OUTCOMES, LENGTHS, samples=4).keys()
    known = {key for key, value in found.items() if not math.isnan(value)}
    assert known == {f"eval/{name}" for name in ("length", "truncated", "no_code", "unjudged")}
