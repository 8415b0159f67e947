"""The capital of the gambler: by hand, at its bounds, and how seldom it grows where it must not."""

from math import log, log1p
from random import Random

import pytest

from tarot.metrics.confidence_sequence import MAX_LOSS, BettingTest, spent


def after(test: BettingTest, *values: float) -> BettingTest:
    for value in values:
        test = test.after(value)
    return test


def test_stakes_and_capital_of_two_values_by_hand() -> None:
    """The imagined value is at the level, so nothing is staked on the first.

    Then weight .99 + 1, mean (.495 + 1) / 1.99 = .751256, edge .251256, variance
    (.2475 + .248744^2) / 1.99 = .155464, and the stake .251256 / (.155464 + .063130) = 1.14942.
    """
    first = after(BettingTest(0.5), 1.0)
    assert first.log_capital == 0
    assert first.weight == pytest.approx(1.99)
    assert first.stake == pytest.approx(1.14942, abs=1e-5)
    assert first.after(1.0).log_capital == pytest.approx(log1p(1.14942 * 0.5), abs=1e-5)
    assert first.after(0.0).log_capital == pytest.approx(log1p(-1.14942 * 0.5), abs=1e-5)


def test_one_value_costs_at_most_the_stated_share_of_the_capital() -> None:
    rich = after(BettingTest(0.6), *[1.0] * 300)
    assert rich.stake == MAX_LOSS / 0.6
    assert rich.after(0.0).log_capital == pytest.approx(rich.log_capital + log(1 - MAX_LOSS))


def test_below_the_level_nothing_is_staked_and_nothing_lost() -> None:
    assert after(BettingTest(0.7), *[0.3, 0.6] * 200).log_capital == 0


def test_the_level_is_passed_when_the_capital_reaches_one_over_alpha() -> None:
    assert BettingTest(0.5, log_capital=log(20) + 1e-9).rejects(0.05)
    assert not BettingTest(0.5, log_capital=log(20) - 1e-9).rejects(0.05)


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan")])
def test_a_value_outside_the_unit_interval_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="outside"):
        BettingTest(0.5).after(value)


def test_the_shares_of_all_tests_sum_to_alpha() -> None:
    """1/2 + 1/6 + ... + 1/(n (n + 1)) = n / (n + 1)."""
    assert [spent(0.06, number) for number in (1, 2, 3)] == pytest.approx([0.03, 0.01, 0.005])
    assert sum(spent(0.05, number) for number in range(1, 100)) == pytest.approx(0.05 * 99 / 100)


@pytest.mark.parametrize("level", [0.2, 0.8])
def test_at_the_level_it_is_ever_passed_in_at_most_alpha_of_the_runs(level: float) -> None:
    """Of 1000 runs of 500 values each, looked at after every value.

    The bound is alpha itself; were the true share alpha, more than 50 would be seen every other
    time. About 20 are.
    """
    num_false = sum(is_ever_passed(level, Random(seed)) for seed in range(1000))
    assert 0 < num_false <= 50


def is_ever_passed(level: float, rng: Random) -> bool:
    test = BettingTest(level)
    for _ in range(500):
        test = test.after(float(rng.random() < level))
        if test.rejects(0.05):
            return True
    return False
