"""Which interval the samples get."""

from tarot.metrics import (
    clustered_mean,
    paired_difference,
    paired_proportions,
    share_difference,
    solved_share,
    wilson,
)


def test_one_sample_a_problem_gets_wilsons_interval() -> None:
    assert solved_share({"a": [1], "b": [0], "c": [1.0], "d": []}) == wilson(2, 3)


def test_several_samples_of_any_problem_are_clustered() -> None:
    several = {"a": [1, 0], "b": [0]}
    assert solved_share(several) == clustered_mean(several)


def test_a_share_that_is_no_count_is_clustered() -> None:
    shares = {"a": [0.5], "b": [0.0]}
    assert solved_share(shares) == clustered_mean(shares)


def test_single_samples_are_compared_by_what_was_gained_and_lost() -> None:
    """Gained b and c, lost d; e has no sample after, so four problems count."""
    before = {"a": [1], "b": [0], "c": [0], "d": [1], "e": [1]}
    after = {"a": [1], "b": [1], "c": [1], "d": [0], "e": []}
    assert share_difference(before, after) == paired_proportions(2, 1, 4)


def test_several_samples_are_compared_by_the_problems_means() -> None:
    before, after = {"a": [1, 0], "b": [0, 0]}, {"a": [1, 1], "b": [1, 0]}
    assert share_difference(before, after) == paired_difference(before, after)
