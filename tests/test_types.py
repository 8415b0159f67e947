"""What a grade gives for tiers with several tests."""

import pytest

from tarot.types import Grade, TestResult, Tier, Verdict, WithinTier

ACCEPTED, WRONG = Verdict.ACCEPTED, Verdict.WRONG_ANSWER
RESULTS = (
    TestResult(Tier.BASIC, ACCEPTED),
    TestResult(Tier.BASIC, ACCEPTED),
    TestResult(Tier.EDGE, ACCEPTED),
    TestResult(Tier.EDGE, WRONG),
    TestResult(None, WRONG),
)


@pytest.mark.parametrize(("within_tier", "edge"), [(WithinTier.MEAN, 0.5), (WithinTier.ALL, 0.0)])
def test_a_tier_gives_its_share_or_all_or_nothing(within_tier: WithinTier, edge: float) -> None:
    assert Grade(None, RESULTS, within_tier).passes() == {Tier.BASIC: 1.0, Tier.EDGE: edge}


def test_the_share_is_the_default() -> None:
    assert Grade(None, RESULTS).passes() == {Tier.BASIC: 1.0, Tier.EDGE: 0.5}
