"""The problems that the starter families generate."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tarot.data.source import Split
from tarot.data.starter import TRAINED, UNSEEN, starter_problems
from tarot.data.starter.family import Family
from tarot.data.starter.generator import num_available, parameters_of
from tarot.types import Problem, Tier, UserError

Printed = Callable[[str, str], str]
EVALUATED = (Split.DEV, Split.TEST)
BY_NAME = {family.name: family for family in (*TRAINED, *UNSEEN)}


@cache
def _one_of_each_family(seed: int) -> list[Problem]:
    counts = {split: 8 if split is Split.UNSEEN else 24 for split in Split}
    return [each for split in Split for each in starter_problems(split, counts[split], seed)]


@cache
def _six_of_each(split: Split) -> tuple[Problem, ...]:
    families = UNSEEN if split is Split.UNSEEN else TRAINED
    return starter_problems(split, 6 * len(families), 0)


def _six_of(family: Family) -> list[Problem]:
    split = Split.UNSEEN if family in UNSEEN else Split.TRAIN
    return [problem for problem in _six_of_each(split) if problem.family == family.name]


def _expected(problem: Problem, tier: Tier) -> str:
    return next(test.expected for test in problem.tests if test.tier is tier)


def _wording(problem: Problem, split: Split) -> str:
    family = BY_NAME[problem.family or ""]
    parameters = next(
        each for each in parameters_of(family, split) if family.program(each) == problem.reference
    )
    return next(
        wording
        for wording in family.wordings
        if problem.statement.endswith(f" {wording.format(**parameters)}")
    )


@pytest.mark.parametrize("seed", [0, 1, 20])
def test_references_print_what_the_oracle_expects_on_every_tier(
    printed: Printed, seed: int
) -> None:
    wrong = [
        (problem.id, test.tier)
        for problem in _one_of_each_family(seed)
        for test in problem.tests
        if printed(problem.reference or "", test.stdin) != test.expected
    ]
    assert wrong == []


def test_a_suite_has_one_test_a_tier_and_no_two_alike() -> None:
    for problem in _one_of_each_family(0):
        assert [test.tier for test in problem.tests] == list(Tier)
        assert len({test.stdin for test in problem.tests}) == 4, problem.id


def test_more_tests_a_tier_are_different_ones() -> None:
    for problem in starter_problems(Split.TRAIN, 24, 0, tests_per_tier=2):
        assert Counter(test.tier for test in problem.tests) == dict.fromkeys(Tier, 2), problem.id
        assert len({test.stdin for test in problem.tests}) == 8, problem.id


def test_complex_inputs_are_large_and_others_are_short() -> None:
    for problem in _one_of_each_family(1):
        for test in problem.tests:
            words = test.stdin.split()
            if test.tier is not Tier.COMPLEX:
                assert len(test.stdin) < 200
            elif len(words) <= 2:
                assert max(abs(int(word)) for word in words) >= 10**14, problem.id
            else:
                assert 10_000 <= len(words) <= 20_000
                assert len(test.stdin) <= 200_000


def test_nothing_is_expected_to_be_blank() -> None:
    assert all(
        test.expected.strip() for problem in _one_of_each_family(20) for test in problem.tests
    )


@pytest.mark.parametrize("tier", [Tier.BASIC, Tier.INTERMEDIATE, Tier.COMPLEX])
@pytest.mark.parametrize("family", BY_NAME)
def test_no_fixed_answer_passes_a_tier_of_a_family(family: str, tier: Tier) -> None:
    answers = {_expected(problem, tier) for problem in _six_of(BY_NAME[family])}
    assert len(answers) >= 2


def test_problems_take_turns_over_the_families() -> None:
    families = Counter(problem.family for problem in starter_problems(Split.TRAIN, 48, 0))
    assert families == {family.name: 2 for family in TRAINED}
    unseen = [problem.family for problem in starter_problems(Split.UNSEEN, 3, 0)]
    assert unseen == [family.name for family in UNSEEN[:3]]


def test_ids_name_family_split_seed_and_turn() -> None:
    first, *_, last = starter_problems(Split.TEST, 25, 3)
    assert first.id == "starter/remainder_of_size/test-0003-00"
    assert last.id == "starter/remainder_of_size/test-0003-01"


def test_a_longer_set_begins_with_the_shorter_one() -> None:
    assert starter_problems(Split.DEV, 50, 5)[:30] == starter_problems(Split.DEV, 30, 5)


def test_another_seed_draws_other_problems() -> None:
    one = {p.reference for p in starter_problems(Split.TEST, 24, 0)}
    other = {p.reference for p in starter_problems(Split.TEST, 24, 1)}
    assert len(one & other) < 12


def test_no_two_problems_of_the_splits_are_the_same_whatever_their_seeds() -> None:
    trained = {p.reference for p in _six_of_each(Split.TRAIN)}
    dev = {p.reference for p in starter_problems(Split.DEV, 48, 1)}
    test = {p.reference for p in starter_problems(Split.TEST, 48, 2)}
    unseen = {p.reference for p in _six_of_each(Split.UNSEEN)}
    assert [len(trained), len(dev), len(test), len(unseen)] == [144, 48, 48, 48]
    assert len(trained | dev | test | unseen) == 144 + 48 + 48 + 48


@pytest.mark.parametrize("split", EVALUATED)
def test_evaluated_problems_are_worded_as_no_trained_one(split: Split) -> None:
    trained = {_wording(p, Split.TRAIN) for p in _six_of_each(Split.TRAIN)}
    evaluated = {_wording(p, split) for p in starter_problems(split, 48, 0)}
    assert len(evaluated) == 24
    assert trained.isdisjoint(evaluated)


def test_problems_are_the_same_in_another_process(root: Path) -> None:
    code = (
        "from tarot.data.starter import Split, starter_problems; "
        "import hashlib; "
        "print(hashlib.sha256(repr(starter_problems(Split.TEST, 24, 9)).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("number", [0, -1, 10**6])
def test_a_number_that_the_families_cannot_give_is_refused(number: int) -> None:
    most = num_available(Split.DEV)
    with pytest.raises(UserError, match=rf"{number} starter problems .* split dev; .* 1 to {most}"):
        starter_problems(Split.DEV, number, 0)


WRONG_PROGRAMS = [
    ("largest_or", "print(max(a))", {Tier.EDGE}),
    ("smallest_or", "print(min(a))", {Tier.EDGE}),
    ("starts_with", 'print("yes" if s[0] == "{c}" else "no")', {Tier.EDGE}),
    ("close_enough", 'print("yes" if abs(a - b) < {k} else "no")', {Tier.EDGE}),
    ("largest_below", "print(max([x for x in a if x < {k}]))", {Tier.EDGE}),
    ("remainder_of_size", "print(n % {k})", {Tier.INTERMEDIATE, Tier.COMPLEX}),
    ("whole_quotient", "print(round(n / {k} - 0.5 + 1e-9))", {Tier.COMPLEX}),
    ("whole_quotient", "print(int(n / {k}))", set(Tier) - {Tier.BASIC}),
    ("divisible", 'print("yes" if n in range({k}, 9**9, {k}) else "no")', set(Tier) - {Tier.BASIC}),
    ("count_greater", "print(len([x for x in a if x >= {k}]))", set(Tier) - {Tier.BASIC}),
    ("count_letter", 'print(s.count("{c}"))', set(Tier) - {Tier.BASIC}),
    ("long_words", "print(len([w for w in s.split() if len(w) >= {k}]) + {j})", set(Tier)),
]


@pytest.mark.parametrize(("name", "program", "fails_at"), WRONG_PROGRAMS)
def test_a_typical_mistake_fails_at_its_tiers_alone(
    printed: Printed, name: str, program: str, fails_at: set[Tier]
) -> None:
    family = BY_NAME[name]
    failed = {
        test.tier
        for problem, wrong in _answers(family, program)
        for test in problem.tests
        if not _passes(printed, wrong, test.stdin, test.expected)
    }
    assert failed == fails_at


def _answers(family: Family, program: str) -> list[tuple[Problem, str]]:
    programs = {
        family.program(each): family.shape.read + program.format(**each)
        for each in family.parameters
    }
    return [(problem, programs[problem.reference or ""]) for problem in _six_of(family)]


def _passes(printed: Printed, program: str, stdin: str, expected: str) -> bool:
    try:
        return printed(program, stdin) == expected
    except (IndexError, ValueError):
        return False
