"""The problems that the starter families generate."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from tarot.data.source import Split
from tarot.data.starter import TRAINED, UNSEEN, families_of, starter_problems
from tarot.data.starter.family import Family
from tarot.data.starter.generator import parameters_of
from tarot.data.starter.line_family import LineFamily
from tarot.types import Problem, TestKind, Tier
from tests.data.starter_suites import one_of_each_family

SHORT = [family for family in TRAINED if isinstance(family, LineFamily)]
SHORT_UNSEEN = [family for family in UNSEEN if isinstance(family, LineFamily)]
QUICK = [family for family in SHORT if family.topic in ("integers", "pairs")]
AT_LEAST = families_of(Split.TRAIN, TestKind.STDIN_STDOUT, ["at_least"])
NUM_TRIES = 12

every_family = pytest.mark.parametrize(
    "family", [*TRAINED, *UNSEEN], ids=lambda family: family.name
)


def _one_of_each_family() -> list[Problem]:
    return [made.problem for split in Split for made in one_of_each_family(split)]


def test_a_suite_has_one_test_a_tier_and_no_two_alike() -> None:
    for problem in _one_of_each_family():
        assert [test.tier for test in problem.tests] == list(Tier)
        assert len({test.stdin for test in problem.tests}) == 4, problem.id


def test_more_tests_a_tier_are_different_ones() -> None:
    for problem in starter_problems(SHORT, Split.TRAIN, 24, 0, tests_per_tier=2):
        assert Counter(test.tier for test in problem.tests) == dict.fromkeys(Tier, 2), problem.id
        assert len({test.stdin for test in problem.tests}) == 8, problem.id


@every_family
def test_no_family_gives_a_test_twice(family: Family) -> None:
    for tier in (Tier.BASIC, Tier.INTERMEDIATE, Tier.EDGE):
        tests = family.tests(tier, family.parameters[0], 9, Random(0))
        assert 1 <= len({test.stdin for test in tests}) == len(tests) <= 9


def test_complex_inputs_of_short_tasks_are_large_and_others_are_short() -> None:
    names = {family.name for family in (*SHORT, *SHORT_UNSEEN)}
    problems = [problem for problem in _one_of_each_family() if problem.family in names]
    assert len(problems) == 3 * 24 + 8
    for problem in problems:
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
    assert all(test.expected.strip() for p in _one_of_each_family() for test in p.tests)


@every_family
@pytest.mark.parametrize("tier", [Tier.BASIC, Tier.INTERMEDIATE, Tier.COMPLEX])
def test_no_fixed_answer_passes_a_tier_of_a_family(family: Family, tier: Tier) -> None:
    drawn = (
        family.tests(tier, parameters, 1, Random(place))[0].expected
        for place, parameters in enumerate(family.parameters[:NUM_TRIES])
    )
    first = next(drawn)
    assert any(answer != first for answer in drawn)


def test_problems_take_turns_over_the_families() -> None:
    families = Counter(problem.family for problem in starter_problems(SHORT, Split.TRAIN, 48, 0))
    assert families == {family.name: 2 for family in SHORT}
    unseen = [problem.family for problem in starter_problems(UNSEEN, Split.UNSEEN, 3, 0)]
    assert unseen == [family.name for family in UNSEEN[:3]]


def test_ids_name_family_split_seed_and_turn() -> None:
    first, last = starter_problems(AT_LEAST, Split.TEST, 2, 3)
    assert first.id == "starter/at_least/test-0003-00"
    assert last.id == "starter/at_least/test-0003-01"


def test_a_longer_set_begins_with_the_shorter_one() -> None:
    assert starter_problems(SHORT, Split.DEV, 50, 5)[:30] == starter_problems(
        SHORT, Split.DEV, 30, 5
    )


def test_any_number_of_problems_can_be_asked_for() -> None:
    problems = starter_problems(QUICK, Split.TRAIN, 2000, 3)
    assert len({problem.id for problem in problems}) == 2000
    assert starter_problems(QUICK, Split.TRAIN, 1500, 3) == problems[:1500]


def test_parameters_that_come_again_have_other_words_and_other_tests() -> None:
    num_parameters = len(parameters_of(AT_LEAST[0], Split.TRAIN))
    assert num_parameters == 48
    problems = starter_problems(AT_LEAST, Split.TRAIN, 3 * num_parameters, 0)
    for place in range(num_parameters):
        again = problems[place::num_parameters]
        assert len({problem.reference for problem in again}) == 1
        assert len({problem.statement for problem in again}) == 3
        assert len({problem.tests for problem in again}) == 3


def test_another_seed_draws_other_problems() -> None:
    one = {p.reference for p in starter_problems(SHORT, Split.TEST, 24, 0)}
    other = {p.reference for p in starter_problems(SHORT, Split.TEST, 24, 1)}
    assert len(one & other) < 12


def test_no_two_short_problems_of_the_splits_are_the_same_whatever_their_seeds() -> None:
    sets = [
        starter_problems(SHORT, Split.TRAIN, 144, 0),
        starter_problems(SHORT, Split.DEV, 48, 1),
        starter_problems(SHORT, Split.TEST, 48, 2),
        starter_problems(SHORT_UNSEEN, Split.UNSEEN, 48, 0),
    ]
    references = [{problem.reference or "" for problem in problems} for problems in sets]
    statements = [{problem.statement for problem in problems} for problems in sets]
    assert [len(own) for own in references] == [144, 48, 48, 48]
    assert all(one.isdisjoint(other) for one, other in combinations(references, 2))
    assert all(one.isdisjoint(other) for one, other in combinations(statements, 2))


def test_problems_are_the_same_in_another_process(root: Path) -> None:
    code = (
        "from tarot.data.starter import TRAINED, UNSEEN, Split, starter_problems\n"
        "print(starter_problems(TRAINED, Split.TRAIN, len(TRAINED), 0))\n"
        "print(starter_problems(UNSEEN, Split.UNSEEN, len(UNSEEN), 0))"
    )
    salt = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": salt},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [
        f"{tuple(made.problem for made in one_of_each_family(split))}\n"
        for split in (Split.TRAIN, Split.UNSEEN)
    ]
    assert (
        hashlib.sha256(done.stdout.encode()).digest()
        == hashlib.sha256("".join(here).encode()).digest()
    )
