"""The published "binary" reward, by hand: passed tests / 4, of which there are five."""

import pytest

from rewards.binary_published import PassedPart
from rewards.tiered import TieredReward
from tarot.types import (
    Grade,
    GradedCompletion,
    Program,
    RewardValue,
    TestResult,
    Tier,
    TierWeights,
    Verdict,
)

BASIC_ALONE = TierWeights({Tier.BASIC: 1.0})


def completion(*passing: Tier | None, tests: tuple[Tier | None, ...]) -> GradedCompletion:
    results = tuple(
        TestResult(tier, Verdict.ACCEPTED if tier in passing else Verdict.TIME_LIMIT)
        for tier in tests
    )
    return GradedCompletion("", "p", Grade(Program(""), results), BASIC_ALONE, step=1, group=0)


@pytest.mark.parametrize(
    ("passing", "value"),
    [
        ((*Tier, None), 1.25),
        (tuple(Tier), 1.0),
        ((None,), 0.25),
        ((Tier.EDGE, None), 0.5),
        ((), 0.0),
    ],
)
def test_every_test_that_passes_is_a_quarter_whatever_the_curriculum(
    passing: tuple[Tier | None, ...], value: float
) -> None:
    assert PassedPart()(completion(*passing, tests=(*Tier, None))) == value


def test_it_takes_the_place_of_the_code_part() -> None:
    reward = TieredReward({"code": 1.0, "format": 1.0}, False, ".*", extra={"code": PassedPart()})
    (value,) = reward([completion(*Tier, None, tests=(*Tier, None))])
    assert value == RewardValue(2.25, {"code": 1.25, "format": 1.0})
    assert reward.formula is None
