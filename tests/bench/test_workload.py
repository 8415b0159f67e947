from collections import Counter

import pytest

from tarot.bench.workload import Completion, Sort, largest_sum, make_batch
from tarot.config.benches import BenchBatchConfig
from tarot.grading.extraction import extract_program
from tarot.types import UserError

REALISTIC = BenchBatchConfig(
    num_groups=64,
    group_size=7,
    num_tests=5,
    duplicate_share=0.3,
    numpy_share=0.1,
    timeout_share=0.0,
    timeout_kind="spinning",
    cpu_s=5.0,
    wall_s=20.0,
    seed=0,
)


def changed(**changes: object) -> BenchBatchConfig:
    return REALISTIC.model_copy(update=changes)


def programs_by_sort(completions: list[Completion]) -> Counter[Sort]:
    return Counter(sort for _, sort in {(one.program, one.sort) for one in completions})


def test_the_realistic_batch_has_the_shares_that_it_says() -> None:
    completions = make_batch(REALISTIC)

    # 448 completions, of which 0.3 * 448 = 134.4 are repeated; 0.1 * 314 = 31.4 import numpy.
    assert len(completions) == 448
    assert programs_by_sort(completions) == {Sort.LIGHT: 283, Sort.NUMPY: 31}
    assert {len(one.problem.tests) for one in completions} == {5}


def test_every_group_answers_one_problem_and_repeats_about_as_often_as_others() -> None:
    completions = make_batch(REALISTIC)
    groups = [completions[start : start + 7] for start in range(0, 448, 7)]

    assert all(len({one.problem.id for one in group}) == 1 for group in groups)
    # 134 = 58 * 2 + 6 * 3 repetitions over 64 groups.
    assert Counter(len({one.program for one in group}) for group in groups) == {5: 58, 4: 6}


def test_without_duplicates_every_program_is_another() -> None:
    completions = make_batch(changed(duplicate_share=0.0, timeout_share=0.25))

    # 0.1 * 448 = 44.8 and 0.25 * 448 = 112.
    assert programs_by_sort(completions) == {Sort.LIGHT: 291, Sort.NUMPY: 45, Sort.TIMEOUT: 112}


def test_programs_say_what_they_are() -> None:
    completions = make_batch(changed(num_groups=8, timeout_share=0.2, timeout_kind="sleeping"))

    for one in completions:
        assert ("numpy" in one.program.source) == (one.sort is Sort.NUMPY)
        assert ("time.sleep" in one.program.source) == (one.sort is Sort.TIMEOUT)


def test_the_program_in_a_completion_is_found() -> None:
    for one in make_batch(changed(num_groups=2)):
        assert extract_program(one.text) == one.program


def test_the_same_seed_makes_the_same_batch() -> None:
    small = changed(num_groups=2)
    assert make_batch(small) == make_batch(small)
    assert make_batch(small) != make_batch(changed(num_groups=2, seed=1))


def test_tests_grow_and_end_without_a_tier() -> None:
    tests = make_batch(changed(num_groups=2))[0].problem.tests

    assert [test.tier for test in tests] == ["basic", "intermediate", "complex", "edge", None]
    assert [test.stdin.split()[0] for test in tests] == ["30", "90", "270", "810", "2430"]


def test_the_right_answer_is_the_largest_sum_of_a_class() -> None:
    # 1, 98 and 195 are 1 modulo 97: 294; 200 is 6.
    assert largest_sum([1, 98, 195, 200]) == 294


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"duplicate_share": 0.9}, "batch.duplicate_share"),
        ({"numpy_share": 0.6, "timeout_share": 0.6}, "batch.timeout_share"),
    ],
)
def test_shares_that_cannot_be_are_named(changes: dict[str, float], key: str) -> None:
    with pytest.raises(UserError, match=rf"^{key}: "):
        make_batch(changed(**changes))
