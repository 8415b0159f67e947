"""The declarations of the families, over all their parameters."""

from itertools import combinations

import pytest

from tarot.data.source import Split
from tarot.data.starter import TRAINED, UNSEEN
from tarot.data.starter.family import Family, each, each_two
from tarot.data.starter.generator import parameters_of

FAMILIES = (*TRAINED, *UNSEEN)
every_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def _normalised(statement: str) -> str:
    return " ".join(statement.casefold().rstrip(".").replace(",", " ").replace(";", " ").split())


def test_there_are_24_trained_and_8_unseen_families_with_names_of_their_own() -> None:
    assert len(TRAINED) == 24
    assert len(UNSEEN) == 8
    assert len({family.name for family in FAMILIES}) == 32


def test_trained_and_unseen_families_work_on_the_same_kinds_of_input() -> None:
    kinds = {"integers", "pairs", "lists", "text"}
    assert {family.topic for family in TRAINED} == kinds
    assert {family.topic for family in UNSEEN} == kinds


@every_family
def test_a_family_has_five_wordings_and_its_shape_five_openings(family: Family) -> None:
    assert len(set(family.wordings)) == 5
    assert len(set(family.shape.openings)) == 5


@every_family
def test_every_split_gets_parameters_that_no_other_has(family: Family) -> None:
    shares = [
        {family.program(parameters) for parameters in parameters_of(family, split)}
        for split in (Split.TRAIN, Split.DEV, Split.TEST)
    ]
    assert min(map(len, shares)) >= 5
    assert all(one.isdisjoint(other) for one, other in combinations(shares, 2))
    assert sum(map(len, shares)) == len(family.parameters)


@every_family
def test_references_are_at_most_three_short_lines(family: Family) -> None:
    program = family.program(family.parameters[-1])
    assert program.count("\n") <= 2
    assert max(map(len, program.splitlines())) <= 70


def test_no_statement_is_a_near_copy_of_another() -> None:
    tasks = [
        _normalised(wording.format(**parameters))
        for family in FAMILIES
        for parameters in family.parameters
        for wording in family.wordings
    ]
    assert len(tasks) == len(set(tasks))


def test_statements_have_at_most_45_words() -> None:
    longest = max(
        len(f"{opening} {wording.format(**family.parameters[-1])}".split())
        for family in FAMILIES
        for opening in family.shape.openings
        for wording in family.wordings
    )
    assert longest <= 45


def test_parameters_are_every_combination_without_repetition() -> None:
    assert each(k=(1, 2), j=(2, 3)) == ({"k": 1, "j": 2}, {"k": 1, "j": 3}, {"k": 2, "j": 3})
    assert each_two("abc") == ({"c": "a", "d": "b"}, {"c": "a", "d": "c"}, {"c": "b", "d": "c"})
