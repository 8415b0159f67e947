"""The estimate of groups with variance, against enumeration of all groups."""

from fractions import Fraction
from itertools import combinations, product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarot.capability import PatternCount, ProblemOutcomes, mean_varied_share, varied_share
from tarot.curriculum import code_reward
from tarot.types import Tier, TierWeights

EVEN = TierWeights(dict.fromkeys(Tier, 0.25))
BASIC = TierWeights({Tier.BASIC: 0.15})
CE = TierWeights({Tier.BASIC: 0.15, Tier.INTERMEDIATE: 0.15, Tier.COMPLEX: 0.35, Tier.EDGE: 0.35})
PATTERNS = st.fixed_dictionaries({tier: st.sampled_from([0.0, 1.0]) for tier in Tier})


def problem(*patterns: dict[Tier, float]) -> ProblemOutcomes:
    return ProblemOutcomes("p", tuple(PatternCount(pattern, 1) for pattern in patterns))


def basic(*passes: float) -> ProblemOutcomes:
    return problem(*({Tier.BASIC: share} for share in passes))


@given(
    patterns=st.lists(PATTERNS, min_size=2, max_size=8),
    weights=st.sampled_from([EVEN, BASIC, CE, TierWeights(EVEN.weights, all_must_pass=True)]),
    group_size=st.integers(2, 8),
)
def test_the_share_is_that_of_the_groups_among_the_samples(
    patterns: list[dict[Tier, float]], weights: TierWeights, group_size: int
) -> None:
    rewards = [code_reward(pattern, weights, normalize=False) or 0.0 for pattern in patterns]
    groups = list(combinations(rewards, min(group_size, len(rewards))))
    varied = sum(max(group) - min(group) > 1e-6 for group in groups)
    share = varied_share(problem(*patterns), weights, group_size)
    assert share == pytest.approx(varied / len(groups))


@pytest.mark.parametrize("num_samples", [3, 4, 5])
def test_the_estimate_is_unbiased_over_all_samples_of_a_known_law(num_samples: int) -> None:
    """Rewards 0, 1/2, 1 with probabilities 1/2, 1/3, 1/6; groups of three: P0 = 1/6."""
    law = {0.0: Fraction(1, 2), 0.5: Fraction(1, 3), 1.0: Fraction(1, 6)}
    expected = Fraction(5, 6)
    assert 1 - sum(q**3 for q in law.values()) == expected
    mean = sum(
        float(prod(law[value] for value in samples))
        * (varied_share(basic(*samples), BASIC, 3) or 0)
        for samples in product(law, repeat=num_samples)
    )
    assert mean == pytest.approx(float(expected))


def test_ties_between_different_patterns_count_as_one_value() -> None:
    left = {Tier.BASIC: 1.0, Tier.INTERMEDIATE: 0.0}
    right = {Tier.BASIC: 0.0, Tier.INTERMEDIATE: 1.0}
    assert varied_share(problem(left, right), EVEN, 2) == 0


def test_fewer_samples_than_the_group_give_the_share_of_the_smaller_group() -> None:
    assert varied_share(basic(1, 0, 0), BASIC, 8) == 1
    assert varied_share(basic(0, 0, 0), BASIC, 8) == 0


@pytest.mark.parametrize("outcomes", [basic(), basic(1), problem({Tier.EDGE: 1.0}, {Tier.EDGE: 0})])
def test_a_problem_that_says_nothing_is_skipped_and_counted(outcomes: ProblemOutcomes) -> None:
    assert varied_share(outcomes, BASIC, 4) is None
    signal = mean_varied_share([outcomes, basic(1, 0), basic(1, 1)], BASIC, 2)
    assert (signal.share, signal.num_problems, signal.num_skipped) == (0.5, 2, 1)


def test_no_problem_at_all_is_no_signal() -> None:
    assert mean_varied_share([], BASIC, 4).share == 0


def test_problems_are_averaged_after_and_not_before() -> None:
    """Half always solved, half never: pooled, most groups would vary; in truth none does."""
    assert mean_varied_share([basic(1, 1, 1, 1), basic(0, 0, 0, 0)], BASIC, 2).share == 0
