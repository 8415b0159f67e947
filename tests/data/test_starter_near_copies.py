"""No long statement of one split is nearly one of another split."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import permutations
from random import Random

import pytest

from tarot.data.source import Split
from tarot.data.starter import families_of
from tarot.data.starter.family import Family
from tarot.data.starter.generator import WORDINGS, parameters_of
from tarot.data.starter.line_family import LineFamily
from tarot.types import TestKind
from tests.data.starter_suites import one_of_each_family

MAX_SHARED_TRIGRAMS = 0.5
NUM_WORDINGS = 5

RATES = "Each of the {} workers digs 12 metres a day. Print the metres dug after {} days of work."
SHIFTS = (
    "Read a list of shifts and print how many workers are on duty at noon on every one of them."
)

Trigrams = frozenset[tuple[str, ...]]


def shared(statement: Trigrams, other: Trigrams) -> float:
    """The share of a statement's trigrams that the other has, too."""
    return len(statement & other) / max(1, len(statement))


def trigrams(statement: str) -> Trigrams:
    """Every three words in a row, with all numbers alike."""
    words = re.findall(r"[\w#]+", re.sub(r"\d+", "#", statement.casefold()))
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def near_copies(some: Iterable[str], others: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs of which the first has more than the allowed share in common with the second."""
    compared = {trigrams(other): other for other in others}
    return [
        (statement, other)
        for own, statement in {trigrams(statement): statement for statement in some}.items()
        for found, other in compared.items()
        if shared(own, found) > MAX_SHARED_TRIGRAMS
    ]


@cache
def _families(split: Split) -> tuple[Family, ...]:
    return families_of(split, TestKind.STDIN_STDOUT)


@cache
def _statements(split: Split) -> frozenset[str]:
    """All that a split can say of its long tasks: every parameter in every wording."""
    return frozenset(
        family.statement(parameters, WORDINGS[split], repeats, Random(0))
        for family in _families(split)
        if not isinstance(family, LineFamily)
        for parameters in parameters_of(family, split)
        for repeats in range(NUM_WORDINGS)
    )


def test_numbers_are_alike_and_other_words_are_not() -> None:
    one, other = trigrams(RATES.format(3, 10)), trigrams(RATES.format(71, 4))
    assert one == other
    assert len(one) == 19 - 2
    assert shared(one, trigrams(RATES.format("ten", 10))) == (17 - 3) / 17
    assert shared(one, trigrams(SHIFTS)) == 0


def test_a_made_up_copy_is_found_and_another_task_is_not() -> None:
    copy = RATES.format(8, 9).replace("Print", "Output")
    assert near_copies([RATES.format(1, 2)], [SHIFTS, copy]) == [(RATES.format(1, 2), copy)]
    assert near_copies([SHIFTS], [RATES.format(1, 2)]) == []


def test_half_in_common_is_allowed_and_more_is_not() -> None:
    assert near_copies(["a b c d"], ["a b c x"]) == []
    assert near_copies(["a b c d e"], ["a b c d x"]) == [("a b c d e", "a b c d x")]


@pytest.mark.parametrize(("split", "other"), list(permutations(Split, 2)))
def test_no_long_statement_is_a_near_copy_of_another_splits(split: Split, other: Split) -> None:
    assert near_copies(_statements(split), _statements(other)) == []


@pytest.mark.parametrize("split", Split)
def test_the_compared_statements_are_those_of_the_problems(split: Split) -> None:
    made = [one for one in one_of_each_family(split) if not isinstance(one.family, LineFamily)]
    assert {one.problem.statement for one in made} <= _statements(split)
