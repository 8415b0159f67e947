"""Which completions a page shows: all of a few, and of many some of every kind."""

from dataclasses import replace

import numpy as np
import pytest

from tarot.report.sample import draw_sample
from tarot.report.tally import TIERS, VERDICTS, Rollouts, Tests, verdict_table
from tarot.types import Verdict

NUM_STEPS, NUM_ROWS = 50, 5000
RARE = 3210


@pytest.fixture(scope="module")
def rollouts() -> Rollouts:
    """One basic test each: a third is right, the others wrong, and one of all is a violation."""
    rows = np.arange(NUM_ROWS)
    accepted, wrong, security = (
        VERDICTS.index(one) for one in (Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.SECURITY)
    )
    verdicts = np.where(rows % 3 == 0, accepted, wrong)
    verdicts[RARE] = security
    nothing = np.zeros(NUM_ROWS)
    return Rollouts(
        steps=rows * NUM_STEPS // NUM_ROWS + 1,
        places=rows % (NUM_ROWS // NUM_STEPS),
        problems=rows % 7,
        num_problems=7,
        rewards=nothing,
        truncated=nothing > 0,
        num_tokens=nothing,
        is_selected=nothing == 0,
        tests=Tests(rows, np.zeros(NUM_ROWS, np.int64), verdicts, nothing),
    )


def test_what_is_rare_is_shown_and_the_rest_evenly(rollouts: Rollouts) -> None:
    """Ten stretches with two kinds each and the one violation: 201 rows are 20 tens and it."""
    sample = draw_sample(rollouts, 201)
    assert (len(sample.rows), sample.num_strata, sample.is_whole) == (201, 21, False)
    assert RARE in sample.rows
    others = sample.rows[sample.rows != RARE]
    kinds = (others * 10 // NUM_ROWS) * 2 + (others % 3 == 0)
    assert np.bincount(kinds).tolist() == [10] * 20
    assert (np.diff(sample.rows) > 0).all()


def test_the_sample_is_the_same_each_time(rollouts: Rollouts) -> None:
    assert (draw_sample(rollouts, 99).rows == draw_sample(rollouts, 99).rows).all()


@pytest.mark.parametrize("size", [NUM_ROWS, NUM_ROWS + 1])
def test_few_are_shown_whole(rollouts: Rollouts, size: int) -> None:
    sample = draw_sample(rollouts, size)
    assert sample.is_whole
    assert sample.rows.tolist() == list(range(NUM_ROWS))


def test_verdicts_are_counted_by_tier(rollouts: Rollouts) -> None:
    """Every third of 5,000, from the first, is 1,667; the violation, 3,210, is one of these."""
    tests = replace(rollouts.tests, tiers=np.full(NUM_ROWS, TIERS.index(None)))
    rows = {row[0]: row[1:] for row in verdict_table(replace(rollouts, tests=tests))}
    assert rows["tests"] == ("0", "0", "0", "0", "5,000")
    assert rows["accepted"][-1] == f"{1666 / 5000:.1%}"
    assert rows["security"] == ("-", "-", "-", "-", "0.0%")
    assert "time_limit" not in rows
