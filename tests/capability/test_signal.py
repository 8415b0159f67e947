"""The formulas of docs/signal.md, against enumeration of all patterns and all groups."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations, product
from math import prod
from statistics import fmean, pvariance, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarot.capability import (
    PatternCount,
    ProblemOutcomes,
    constant_share,
    constant_share_estimate,
    mean_signal,
    reward_counts,
    reward_variance,
    scaled_power,
    tier_variance,
    unscaled_power,
    varied_share,
)
from tarot.curriculum import code_reward
from tarot.types import Tier, TierWeights

EVEN = TierWeights(dict.fromkeys(Tier, 0.25))
BASIC = TierWeights({Tier.BASIC: 0.15})
CE = TierWeights({Tier.BASIC: 0.15, Tier.INTERMEDIATE: 0.15, Tier.COMPLEX: 0.35, Tier.EDGE: 0.35})
ALL_PASS = TierWeights(EVEN.weights, all_must_pass=True)
WEIGHTS = st.sampled_from([EVEN, BASIC, CE, ALL_PASS])
PATTERNS = st.fixed_dictionaries({tier: st.sampled_from([0.0, 1.0]) for tier in Tier})
# A law over all 16 patterns: how often each occurs.
ALL_BITS = product((0.0, 1.0), repeat=len(Tier))
ALL_PATTERNS = [dict(zip(Tier, bits, strict=True)) for bits in ALL_BITS]
MASSES = st.lists(st.integers(0, 9), min_size=16, max_size=16).filter(any)


def problem(*patterns: dict[Tier, float]) -> ProblemOutcomes:
    return ProblemOutcomes("p", tuple(PatternCount(pattern, 1) for pattern in patterns))


def basic(*passes: float) -> ProblemOutcomes:
    return problem(*({Tier.BASIC: share} for share in passes))


def law_of(masses: list[int]) -> ProblemOutcomes:
    pairs = zip(ALL_PATTERNS, masses, strict=True)
    return ProblemOutcomes("p", tuple(PatternCount(pattern, mass) for pattern, mass in pairs))


def rewards_of(outcomes: ProblemOutcomes, weights: TierWeights) -> Mapping[float, int]:
    counts = reward_counts(outcomes, weights)
    assert counts is not None
    return {reward: count for reward, count in counts.items() if count}


@given(masses=MASSES, weights=WEIGHTS)
def test_rewards_have_the_mass_of_the_patterns_that_earn_them(
    masses: list[int], weights: TierWeights
) -> None:
    rewards = rewards_of(law_of(masses), weights)
    assert sum(rewards.values()) == sum(masses)
    for reward, mass in rewards.items():
        earned = [code_reward(pattern, weights, normalize=True) for pattern in ALL_PATTERNS]
        alike = [value == pytest.approx(reward) for value in earned]
        assert mass == sum(count for count, same in zip(masses, alike, strict=True) if same)


@given(masses=MASSES, weights=WEIGHTS, group_size=st.integers(2, 3))
def test_constant_share_and_power_are_those_of_all_groups(
    masses: list[int], weights: TierWeights, group_size: int
) -> None:
    """The advantages are (R - mean) / deviation, and R - mean where nothing is scaled."""
    law = rewards_of(law_of(masses), weights)
    total = sum(law.values())
    constant = scaled = unscaled = 0.0
    for group in product(law, repeat=group_size):
        probability = prod(law[reward] / total for reward in group)
        if len(set(group)) == 1:
            constant += probability
            continue
        squares = [(reward - fmean(group)) ** 2 for reward in group]
        unscaled += probability * fmean(squares)
        scaled += probability * fmean(squares) / stdev(group) ** 2
    assert constant_share(law, group_size) == pytest.approx(constant)
    assert scaled_power(constant, group_size) == pytest.approx(scaled)
    assert unscaled_power(reward_variance(law), group_size) == pytest.approx(unscaled)


@given(masses=MASSES, weights=st.sampled_from([EVEN, BASIC, CE]))
def test_the_variance_follows_from_the_tiers_alone_and_in_pairs(
    masses: list[int], weights: TierWeights
) -> None:
    outcomes = law_of(masses)
    rewards = [
        code_reward(pattern, weights, normalize=True)
        for pattern, mass in zip(ALL_PATTERNS, masses, strict=True)
        for _ in range(mass)
    ]
    expected = pvariance([reward for reward in rewards if reward is not None])
    assert reward_variance(rewards_of(outcomes, weights)) == pytest.approx(expected)
    assert tier_variance(outcomes.patterns, weights) == pytest.approx(expected, abs=1e-12)


def test_the_variance_of_tiers_with_several_tests_takes_shares() -> None:
    """V is (0, 1/2), (1/2, 1), (1, 1), (1, 1): variances 11/64 and 3/64, covariance 5/64."""
    shares = [(0.0, 0.5), (0.5, 1.0), (1.0, 1.0), (1.0, 1.0)]
    outcomes = problem(*({Tier.BASIC: low, Tier.EDGE: high} for low, high in shares))
    weights = TierWeights({Tier.BASIC: 1.0, Tier.EDGE: 3.0})
    expected = Fraction(11, 64) / 16 + Fraction(3, 64) * 9 / 16 + 2 * Fraction(5, 64) * 3 / 16
    assert tier_variance(outcomes.patterns, weights) == pytest.approx(float(expected))


@given(
    patterns=st.lists(PATTERNS, min_size=2, max_size=8),
    weights=WEIGHTS,
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
    law = {0.0: 1 / 2, 0.5: 1 / 3, 1.0: 1 / 6}
    assert constant_share(law, 3) == pytest.approx(1 / 6)
    mean = sum(
        prod(law[value] for value in samples)
        * constant_share_estimate({value: samples.count(value) for value in law}, 3)
        for samples in product(law, repeat=num_samples)
    )
    assert mean == pytest.approx(1 / 6)


def test_fewer_samples_than_the_group_have_no_unbiased_estimate() -> None:
    with pytest.raises(ValueError, match="3 samples hold no group of 4"):
        constant_share_estimate({0.0: 1, 1.0: 2}, 4)


def test_fewer_samples_than_the_group_give_the_share_of_the_smaller_group() -> None:
    assert varied_share(basic(1, 0, 0), BASIC, 8) == 1
    assert varied_share(basic(0, 0, 0), BASIC, 8) == 0


@given(masses=MASSES, weights=WEIGHTS, group_size=st.integers(2, 16))
def test_a_smaller_group_varies_no_more_often(
    masses: list[int], weights: TierWeights, group_size: int
) -> None:
    law = rewards_of(law_of(masses), weights)
    assert constant_share(law, group_size + 1) <= constant_share(law, group_size)


def test_ties_between_different_patterns_count_as_one_value() -> None:
    left = {Tier.BASIC: 1.0, Tier.INTERMEDIATE: 0.0}
    right = {Tier.BASIC: 0.0, Tier.INTERMEDIATE: 1.0}
    assert varied_share(problem(left, right), EVEN, 2) == 0


def test_the_format_adds_its_weight_and_can_tie_with_code() -> None:
    """Solved without format, unsolved with it, both: 1, 1, 2 normalised and 0.15, 1, 1.15 not."""
    solved, failed = {Tier.BASIC: 1.0}, {Tier.BASIC: 0.0}
    patterns = (
        PatternCount(solved, 1, formatted=False),
        PatternCount(failed, 2, formatted=True),
        PatternCount(solved, 4, formatted=True),
    )
    outcomes = ProblemOutcomes("p", patterns)
    assert reward_counts(outcomes, BASIC, format_weight=1.0) == {1.0: 3, 2.0: 4}
    published = reward_counts(outcomes, BASIC, format_weight=1.0, normalize=False)
    assert published == {0.15: 1, 1.0: 2, 1.15: 4}
    assert reward_counts(outcomes, BASIC) == {0.0: 2, 1.0: 5}


def test_no_format_to_keep_adds_nothing() -> None:
    assert reward_counts(basic(1, 0), BASIC, format_weight=1.0) == {0.0: 1, 1.0: 1}


@pytest.mark.parametrize("outcomes", [basic(), basic(1), problem({Tier.EDGE: 1.0}, {Tier.EDGE: 0})])
def test_a_problem_that_says_nothing_is_skipped_and_counted(outcomes: ProblemOutcomes) -> None:
    shares = [varied_share(each, BASIC, 2) for each in (outcomes, basic(1, 0), basic(1, 1))]
    assert shares == [None, 1, 0]
    signal = mean_signal(shares)
    assert (signal.share, signal.num_problems, signal.num_skipped) == (0.5, 2, 1)


def test_no_problem_at_all_is_no_signal() -> None:
    assert mean_signal([]).share == 0


def test_pooled_pass_rates_give_a_wrong_share_where_problems_differ() -> None:
    """Of 8 problems 3 are never solved, 1 always, 4 at 2 in 5; groups of 8.

    Four have P0 = 1, four 0.4^8 + 0.6^8 = 0.0175: the mean is 0.509. The pooled rate is
    (0 + 1 + 4 x 0.4) / 8 = 0.325, with P0 = 0.325^8 + 0.675^8 = 0.043.
    """
    rates = [0.0] * 3 + [1.0] + [0.4] * 4
    by_problem = fmean(constant_share({1.0: rate, 0.0: 1 - rate}, 8) for rate in rates)
    pooled = fmean(rates)
    assert by_problem == pytest.approx(0.509, abs=5e-4)
    assert constant_share({1.0: pooled, 0.0: 1 - pooled}, 8) == pytest.approx(0.043, abs=5e-4)
