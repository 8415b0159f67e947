"""Pass@k, against all subsets and against the chance that it estimates."""

from itertools import combinations
from math import comb
from statistics import fmean

import pytest

from tarot.metrics import clustered_mean, mean_pass_at_k, pass_at_k, pass_at_k_scores


@pytest.mark.parametrize("num_samples", [1, 2, 5, 7])
def test_it_is_the_share_of_subsets_that_hold_a_solution(num_samples: int) -> None:
    for num_solved in range(num_samples + 1):
        samples = [1] * num_solved + [0] * (num_samples - num_solved)
        for k in range(1, num_samples + 1):
            subsets = [any(chosen) for chosen in combinations(samples, k)]
            assert pass_at_k(num_samples, num_solved, k) == pytest.approx(fmean(subsets))


def test_its_mean_over_all_outcomes_is_the_chance_that_one_of_k_solves() -> None:
    """Ten samples that each solve with a chance of .15: 1 - .85^k, which the plug-in misses."""
    chances = [comb(10, solved) * 0.15**solved * 0.85 ** (10 - solved) for solved in range(11)]
    for k in (1, 3, 10):
        mean = sum(chance * pass_at_k(10, solved, k) for solved, chance in enumerate(chances))
        assert mean == pytest.approx(1 - 0.85**k)


def test_many_samples_do_not_overflow() -> None:
    assert pass_at_k(100_000, 1, 50_000) == pytest.approx(0.5)


@pytest.mark.parametrize(("num_samples", "num_solved", "k"), [(3, 1, 4), (3, 4, 1), (3, 1, 0)])
def test_what_cannot_be_drawn_is_an_error(num_samples: int, num_solved: int, k: int) -> None:
    with pytest.raises(ValueError, match=f"pass@{k} of 3 samples"):
        pass_at_k(num_samples, num_solved, k)


def test_a_benchmarks_pass_at_k_is_clustered_by_problem() -> None:
    """Pass@2 of 1, 0 and 2 of 4: .5, 0 and 1 - 1/6; the problem with one sample is left out."""
    solved = {"a": [1, 0, 0, 0], "b": [0, 0], "c": [1, 1, 0, 0], "d": [1]}
    found = mean_pass_at_k(solved, 2)
    by_hand = clustered_mean({"a": [0.5], "b": [0.0], "c": [5 / 6]})
    assert (found.mean, found.low, found.high) == pytest.approx(
        (by_hand.mean, by_hand.low, by_hand.high)
    )
    assert (found.num_clusters, found.num_samples) == (3, 10)
    assert pass_at_k_scores(solved, 2)["d"] == []


def test_a_sample_that_solves_half_is_an_error() -> None:
    with pytest.raises(ValueError, match="not shares"):
        mean_pass_at_k({"a": [0.5, 1.0]}, 2)
