"""A policy's figures, on groups small enough to count by hand."""

from math import isnan, nan, sqrt

import numpy as np
import pytest

from tarot.rescoring.summary import PolicySummary, advantages, summarize
from tarot.runs.columns import Floats, Indices

# Three steps of two groups of two.
STEPS = np.repeat([1, 2, 3], 4)
GROUPS = np.repeat(np.arange(6), 2)
REWARDS = np.array([1.0, 0.0, 0.5, 0.5, 0.25, nan, 0.0, 1.0, 0.1 + 0.2, 0.3, 1.0, 0.0])


def summary(rewards: Floats, original: Floats = REWARDS, steps: Indices = STEPS) -> PolicySummary:
    return summarize("mine", rewards, original, steps, GROUPS)


def test_the_means_are_over_rewarded_completions_and_thirds_of_the_steps() -> None:
    found = summary(REWARDS)
    assert (found.policy, found.num_rewarded) == ("mine", 11)
    assert found.reward == pytest.approx(4.85 / 11)
    assert (found.start, found.middle) == pytest.approx((2.0 / 4, 1.25 / 3))
    assert found.end == pytest.approx(1.6 / 4)


def test_fewer_than_two_different_rewards_are_no_variance_and_rounding_is_no_difference() -> None:
    """Of the six groups the second, the third (one reward is left) and the fifth are constant."""
    found = summary(REWARDS)
    assert found.zero_variance == 0.5
    assert found.curves.zero_variance == (0.5, 0.5, 0.5)
    assert found.curves.steps == (1, 2, 3)
    assert found.curves.rewards == pytest.approx((0.5, 1.25 / 3, 0.4))


def test_a_step_without_a_reward_has_no_mean() -> None:
    rewards = np.where(STEPS == 2, nan, REWARDS)
    found = summary(rewards)
    assert isnan(found.curves.rewards[1])
    assert isnan(found.middle)
    assert found.curves.zero_variance[1] == 1.0


def test_a_run_of_one_step_begins_and_ends_in_it() -> None:
    found = summary(REWARDS, steps=np.ones(12, dtype=np.int64))
    assert found.start == found.middle == found.end == found.reward


def test_advantages_are_those_of_the_group() -> None:
    """1 and 0 are 0.5 from their mean; their deviation with n - 1 is the root of a half."""
    scaled = 0.5 / (sqrt(0.5) + 1e-4)
    expected = [scaled, -scaled, 0, 0, 0, nan, -scaled, scaled, 0, 0, scaled, -scaled]
    np.testing.assert_allclose(advantages(REWARDS, GROUPS), expected, atol=1e-8)


def test_the_correlation_is_of_ranks_and_only_over_what_both_reward() -> None:
    """Other differences of the same order inside the groups leave every rank as it was."""
    assert summary(REWARDS).rank_correlation == pytest.approx(1.0)
    assert summary(3 * REWARDS + 1).rank_correlation == pytest.approx(1.0)
    assert summary(1 - REWARDS).rank_correlation == pytest.approx(-1.0)
    last_alone = np.where(np.arange(12) < 10, nan, REWARDS)
    assert summary(last_alone).rank_correlation == pytest.approx(1.0)


def test_tied_ranks_share_their_mean() -> None:
    """Ranks of the run: 1, -1, 0, 0 are 4, 1, 2.5, 2.5; of the other: 0, 0, 1, -1.

    Their covariance is 0: (4 - 2.5) * 0 + (1 - 2.5) * 0 + 0 * 1.5 + 0 * -1.5.
    """
    groups, steps = np.array([0, 0, 1, 1]), np.ones(4, dtype=np.int64)
    one, other = np.array([1.0, 0.0, 0.5, 0.5]), np.array([0.5, 0.5, 1.0, 0.0])
    assert summarize("a", one, other, steps, groups).rank_correlation == pytest.approx(0.0)


def test_without_variance_there_is_no_correlation() -> None:
    assert isnan(summary(np.ones(12)).rank_correlation)
    assert isnan(summary(REWARDS, np.zeros(12)).rank_correlation)
    assert isnan(summary(np.full(12, nan)).rank_correlation)
