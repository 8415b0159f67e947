"""Counting samples by joint pattern, and what is shown of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarot.capability import (
    PatternCount,
    ProblemOutcomes,
    read_outcomes,
    tier_means,
    write_outcomes,
)
from tarot.types import Grade, Program, TestResult, Tier, Verdict

PASSES = st.dictionaries(st.sampled_from(Tier), st.sampled_from([0.0, 0.5, 1.0]))
COUNTS = st.integers(0, 50)
OUTCOMES = st.builds(
    ProblemOutcomes,
    problem_id=st.text(st.characters(exclude_categories=["Cs"])),
    patterns=st.lists(
        st.builds(
            PatternCount,
            passes=PASSES,
            count=COUNTS,
            formatted=st.sampled_from([True, False, None]),
            truncated=st.sampled_from([True, False, None]),
        )
    ).map(tuple),
    num_no_code=COUNTS,
    num_truncated=COUNTS,
    num_unjudged=COUNTS,
)


def grade(basic: Verdict, edge: Verdict, code: bool = True) -> Grade:
    results = (TestResult(Tier.BASIC, basic), TestResult(Tier.EDGE, edge))
    return Grade(Program("pass") if code else None, results)


def test_samples_are_counted_by_joint_pattern() -> None:
    """Two samples that pass the same tiers are two patterns where one of them was cut off."""
    half = grade(Verdict.ACCEPTED, Verdict.WRONG_ANSWER)
    grades = [
        half,
        grade(Verdict.ACCEPTED, Verdict.ACCEPTED),
        half,
        half,
        grade(Verdict.NO_CODE, Verdict.NO_CODE, code=False),
        grade(Verdict.ACCEPTED, Verdict.INFRASTRUCTURE),
    ]
    truncated = [False, False, False, True, True, True]
    formatted = [True, False, True, False, False, True]
    outcomes = ProblemOutcomes.of("p", grades, truncated, formatted)
    assert outcomes.patterns == (
        PatternCount({Tier.BASIC: 0.0, Tier.EDGE: 0.0}, 1, formatted=False, truncated=True),
        PatternCount({Tier.BASIC: 1.0, Tier.EDGE: 0.0}, 1, formatted=False, truncated=True),
        PatternCount({Tier.BASIC: 1.0, Tier.EDGE: 0.0}, 2, formatted=True, truncated=False),
        PatternCount({Tier.BASIC: 1.0, Tier.EDGE: 1.0}, 1, formatted=False, truncated=False),
    )
    assert outcomes.num_judged == 5
    assert (outcomes.num_no_code, outcomes.num_truncated, outcomes.num_unjudged) == (1, 3, 1)


def test_without_a_format_to_keep_no_sample_has_one() -> None:
    grades = [grade(Verdict.ACCEPTED, Verdict.ACCEPTED)] * 2
    (pattern,) = ProblemOutcomes.of("p", grades, [False, False], None).patterns
    assert pattern == PatternCount({Tier.BASIC: 1.0, Tier.EDGE: 1.0}, 2, None, truncated=False)


def test_outcomes_from_before_formats_were_kept_are_read() -> None:
    text = """[{"problem_id": "p",
        "patterns": [{"passes": {"basic": 1.0, "edge": 0.5}, "count": 3}],
        "num_no_code": 0, "num_truncated": 2, "num_unjudged": 1}]"""
    pattern = PatternCount({Tier.BASIC: 1.0, Tier.EDGE: 0.5}, 3, formatted=None, truncated=None)
    expected = ProblemOutcomes("p", (pattern,), num_truncated=2, num_unjudged=1)
    assert read_outcomes(text) == (expected,)


@given(outcomes=st.lists(OUTCOMES).map(tuple))
def test_outcomes_survive_their_json(outcomes: tuple[ProblemOutcomes, ...]) -> None:
    assert read_outcomes(write_outcomes(outcomes)) == outcomes


def test_tier_means_weigh_problems_alike_and_leave_out_absent_tiers() -> None:
    often = ProblemOutcomes("often", (PatternCount({Tier.BASIC: 1.0}, 30),))
    seldom = ProblemOutcomes(
        "seldom",
        (
            PatternCount({Tier.BASIC: 0.0, Tier.EDGE: 0.5}, 3),
            PatternCount({Tier.BASIC: 1.0, Tier.EDGE: 0.5}, 1),
        ),
    )
    means = tier_means([often, seldom])
    assert means.keys() == {Tier.BASIC, Tier.EDGE}
    assert means[Tier.BASIC].mean == pytest.approx(0.625)
    assert means[Tier.EDGE].mean == 0.5
    assert means[Tier.EDGE].num_clusters == 1
