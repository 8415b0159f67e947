"""What a group passed, and how far a tier moved, by hand."""

from math import sqrt

import pytest

from tarot.curriculum.groups import stage_rates, tier_rates
from tarot.curriculum.progress import Sums, progress_between
from tarot.types import Tier, TierWeights
from tests.curriculum.graded import graded

BASIC, EDGE = Tier.BASIC, Tier.EDGE
BOTH = TierWeights({BASIC: 0.1, EDGE: 0.3})


def test_a_rate_is_the_mean_of_a_group_of_what_counts() -> None:
    """Basic is a quarter of the weight: the first group earns 1 and 1/4, the second 3/4."""
    step = graded(
        1, [[{BASIC: True, EDGE: True}, {BASIC: True, EDGE: False}], [{BASIC: False, EDGE: True}]]
    )
    assert stage_rates(step, BOTH) == pytest.approx([0.625, 0.75])
    assert tier_rates(step, BASIC) == [1.0, 0.0]
    assert tier_rates(step, EDGE) == [0.5, 1.0]


def test_all_must_pass_is_mastered_as_a_whole() -> None:
    step = graded(1, [[{BASIC: True, EDGE: True}, {BASIC: True, EDGE: False}]])
    assert stage_rates(step, TierWeights(BOTH.weights, all_must_pass=True)) == [0.5]


def test_what_is_not_judged_or_has_no_such_tier_says_nothing() -> None:
    step = graded(
        1, [[{BASIC: None, EDGE: True}], [{BASIC: True}, {BASIC: None}], [{Tier.COMPLEX: True}]]
    )
    assert stage_rates(step, BOTH) == [1.0]
    assert tier_rates(step, EDGE) == []
    assert tier_rates([], BASIC) == []


def test_progress_is_the_difference_of_means_with_its_standard_error() -> None:
    """Earlier 0 and 1, so (.5 + .25) / 3 / 2 = .125; recent .75 thrice, so .25 / 4 / 3 = 1/48."""
    earlier = Sums().with_values([0.0, 1.0])
    recent = Sums.of([Sums().with_values([0.75]), Sums(), Sums().with_values([0.75, 0.75])])
    progress = progress_between(earlier, recent)
    assert progress is not None
    assert progress.difference == pytest.approx(0.25)
    assert progress.error == pytest.approx(sqrt(0.125 + 1 / 48))
    assert progress_between(Sums(), recent) is None
