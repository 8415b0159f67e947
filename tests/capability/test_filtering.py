"""Which problems a probe keeps."""

import pytest

from tarot.capability import PatternCount, ProblemOutcomes
from tarot.capability.filtering import kept_ids, pass_rates
from tarot.types import Tier


def outcomes(name: str, *samples: tuple[float, float]) -> ProblemOutcomes:
    """Samples with the shares of the basic and of the edge tier."""
    patterns = [PatternCount({Tier.BASIC: basic, Tier.EDGE: edge}, 1) for basic, edge in samples]
    return ProblemOutcomes(name, tuple(patterns))


HALF = outcomes("half", (1, 1), (1, 0))
BASIC_ONLY = outcomes("basic_only", (1, 0), (1, 0))
NEVER = outcomes("never", (0, 0), (0, 0))
ALWAYS = outcomes("always", (1, 1), (1, 1))
LOST = ProblemOutcomes("lost", (), num_unjudged=2)
ALL = (HALF, BASIC_ONLY, NEVER, ALWAYS, LOST)


def test_by_suite_a_sample_counts_if_it_passes_every_tier() -> None:
    assert pass_rates(ALL, "suite") == {"half": 0.5, "basic_only": 0, "never": 0, "always": 1}


def test_by_tiers_the_rate_is_the_mean_over_tiers() -> None:
    assert pass_rates(ALL, "tiers") == {"half": 0.75, "basic_only": 0.5, "never": 0, "always": 1}


def test_a_tier_that_a_problem_lacks_does_not_count() -> None:
    lacking = ProblemOutcomes("edge", (PatternCount({Tier.EDGE: 0.5}, 3),))
    assert pass_rates([lacking, HALF], "tiers") == {"edge": 0.5, "half": 0.75}


@pytest.mark.parametrize(
    ("bounds", "by", "expected"),
    [
        ((0.1, 0.9), "suite", {"half"}),
        ((0.1, 0.9), "tiers", {"half", "basic_only"}),
        ((0.5, 0.5), "suite", {"half"}),
        ((0.0, 1.0), "suite", {"half", "basic_only", "never", "always"}),
    ],
)
def test_both_bounds_are_kept_and_what_was_not_judged_is_not(
    bounds: tuple[float, ...], by: str, expected: set[str]
) -> None:
    assert kept_ids(ALL, bounds, by) == expected
