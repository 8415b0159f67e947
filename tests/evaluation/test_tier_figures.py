"""A benchmark's figures from the outcomes of problems, by hand."""

import pytest

from tarot.capability import PatternCount, ProblemOutcomes
from tarot.evaluation import BenchmarkFailure
from tarot.evaluation.tier_figures import measured
from tarot.types import Tier


def pattern(basic: float, edge: float, count: int) -> PatternCount:
    return PatternCount({Tier.BASIC: basic, Tier.EDGE: edge}, count)


# Of the first problem one sample of four solves all and one half of an edge with two tests; of the
# second all do; of the third one sample was judged, and it failed.
OUTCOMES = (
    ProblemOutcomes("some", (pattern(1, 1, 1), pattern(1, 0.5, 1), pattern(0, 0, 2))),
    ProblemOutcomes("all", (pattern(1, 1, 4),)),
    ProblemOutcomes("lost", (pattern(0, 0, 1),), num_unjudged=3),
    ProblemOutcomes("none judged", (), num_unjudged=4),
)


def test_the_score_is_the_mean_over_problems_of_samples_that_pass_the_suite() -> None:
    found = measured(OUTCOMES, samples=4)
    assert found.solved == {"some": [1, 0, 0, 0], "all": [1, 1, 1, 1], "lost": [0]}
    assert found.value == pytest.approx((1 / 4 + 1 + 0) / 3)
    assert (found.metric, found.num_problems, found.num_samples) == ("pass@1", 3, 4)


def test_tiers_have_their_share_of_tests_and_pass_at_k_counts_whole_tiers() -> None:
    """Pass@2 of one in four is 1 - C(3,2) / C(4,2) = 1/2, of two in four 5/6."""
    assert measured(OUTCOMES, samples=4).parts == {
        "basic": pytest.approx((2 / 4 + 1 + 0) / 3),
        "edge": pytest.approx((1.5 / 4 + 1 + 0) / 3),
        "pass@2": pytest.approx((1 / 2 + 1) / 2),
        "basic/pass@2": pytest.approx((5 / 6 + 1) / 2),
        "edge/pass@2": pytest.approx((1 / 2 + 1) / 2),
        "pass@4": pytest.approx(1),
        "basic/pass@4": pytest.approx(1),
        "edge/pass@4": pytest.approx(1),
    }


def test_one_sample_has_no_pass_at_more() -> None:
    outcomes = [ProblemOutcomes("one", (pattern(1, 0, 1),))]
    assert measured(outcomes, samples=1).parts == {"basic": 1, "edge": 0}


def test_problems_without_tiers_have_no_score() -> None:
    outcomes = [ProblemOutcomes("untiered", (PatternCount({}, 4),))]
    with pytest.raises(BenchmarkFailure, match="no problem has a tier"):
        measured(outcomes, samples=4)
