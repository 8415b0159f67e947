"""What the scores of runs allow to be said."""

import pytest

from tarot.evaluation import (
    Basis,
    Score,
    claim,
    claim_difference,
    difference_of_scores,
    estimate_of,
)
from tarot.metrics import clustered_mean, difference_of_means, paired_proportions, wilson
from tarot.metrics.seeds import paired


def score(*outcomes: int, listed: bool = True) -> Score:
    """One sample of each problem, with the list of problems or without."""
    solved = {str(problem): [float(outcome)] for problem, outcome in enumerate(outcomes)}
    value, number = sum(outcomes) / len(outcomes), len(outcomes)
    return Score("mbpp", "pass@1", value, number, 1, None, {}, solved if listed else None, {})


def test_one_sample_a_problem_has_wilsons_interval_with_and_without_a_list() -> None:
    assert estimate_of(score(1, 0, 1, 1)) == wilson(3, 4)
    assert estimate_of(score(1, 0, 1, 1, listed=False)) == wilson(3, 4)


def test_several_samples_are_clustered() -> None:
    solved = {"a": [1.0, 0.0], "b": [1.0, 1.0]}
    several = Score("tiers", "pass@1", 0.75, 2, 2, None, {}, solved, {})
    assert estimate_of(several) == clustered_mean(solved)


def test_one_run_speaks_of_its_checkpoint_alone() -> None:
    found = claim({42: score(1, 0)})
    assert (found.estimate, found.basis) == (wilson(1, 2), Basis.CHECKPOINT)
    assert "this checkpoint, not the method" in found.basis


def test_several_seeds_speak_of_the_method_with_students_interval_over_them() -> None:
    """Values .5 .75 1: mean .75, error .25 / sqrt(3) = .144338, t(2, .975) = 4.302653."""
    found = claim({1: score(1, 0, 1, 0), 2: score(1, 1, 1, 0), 3: score(1, 1, 1, 1)})
    assert (found.basis, found.estimate.num_clusters) == (Basis.METHOD, 3)
    assert found.estimate.num_samples == 12
    assert found.estimate.mean == pytest.approx(0.75)
    assert found.estimate.low == pytest.approx(0.128965, abs=1e-6)
    assert found.estimate.high == 1


def test_two_single_runs_are_compared_problem_by_problem() -> None:
    """Their seeds need not be the same."""
    found = claim_difference({1: score(1, 0, 0, 1)}, {2: score(1, 1, 1, 0)})
    assert found is not None
    assert (found.estimate, found.basis) == (paired_proportions(2, 1, 4), Basis.CHECKPOINTS_PAIRED)


@pytest.mark.parametrize("other", [score(1, 1, listed=False), score(1, 1, 0)])
def test_without_the_same_problems_on_both_sides_it_says_that_two_proportions_were_used(
    other: Score,
) -> None:
    found = difference_of_scores(score(1, 0), other)
    assert found.estimate == difference_of_means(wilson(1, 2), estimate_of(other))
    assert "from two proportions" in found.basis


def test_the_seeds_in_common_are_paired() -> None:
    before = {1: score(0, 0), 2: score(1, 0), 4: score(1, 1)}
    after = {1: score(1, 0), 2: score(1, 1), 3: score(0, 0)}
    found = claim_difference(before, after)
    by_hand = paired({1: 0.5, 2: 1.0}, {1: 0.0, 2: 0.5})
    assert found is not None
    assert (found.estimate.mean, found.p) == (by_hand.mean, by_hand.p)
    assert (found.basis, found.estimate.num_clusters) == (Basis.METHODS, 2)


def test_the_one_seed_in_common_is_compared_by_problem() -> None:
    found = claim_difference({1: score(0, 0), 2: score(1, 0)}, {2: score(1, 1), 3: score(0, 0)})
    assert found is not None
    assert found.estimate == paired_proportions(1, 0, 2)


def test_several_runs_without_a_seed_in_common_are_not_compared() -> None:
    assert claim_difference({1: score(0), 2: score(1)}, {3: score(1)}) is None
