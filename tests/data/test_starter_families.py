"""The declarations of the families, over all their parameters."""

from itertools import combinations
from random import Random

import pytest

from tarot.data.source import Split
from tarot.data.starter import TRAINED, UNSEEN, CatalogueRow, catalogue_table
from tarot.data.starter.family import Family, each, each_two
from tarot.data.starter.generator import WORDINGS, parameters_of
from tarot.data.starter.line_family import LineFamily
from tarot.types import Tier

FAMILIES = (*TRAINED, *UNSEEN)
SHORT = [family for family in FAMILIES if isinstance(family, LineFamily)]
DIVIDED = (Split.TRAIN, Split.DEV, Split.TEST)

every_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
every_short_family = pytest.mark.parametrize("family", SHORT, ids=lambda family: family.name)


def _normalised(statement: str) -> str:
    return " ".join(statement.casefold().rstrip(".").replace(",", " ").replace(";", " ").split())


def _worded(family: Family, wordings: slice, repeats: int = 0) -> str:
    return family.statement(family.parameters[0], wordings, repeats, Random(0))


def test_no_two_families_share_a_name() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


def test_there_are_60_families() -> None:
    assert len(FAMILIES) == 60


def test_there_are_24_short_families_to_train_on_and_8_unseen_ones() -> None:
    assert sum(family in TRAINED for family in SHORT) == 24
    assert sum(family in UNSEEN for family in SHORT) == 8


def test_trained_and_unseen_short_families_work_on_the_same_kinds_of_input() -> None:
    kinds = {"integers", "pairs", "lists", "text"}
    assert {family.topic for family in SHORT if family in TRAINED} == kinds
    assert {family.topic for family in SHORT if family in UNSEEN} == kinds


@every_family
def test_a_family_has_five_wordings(family: Family) -> None:
    assert len({_worded(family, slice(i, i + 1)) for i in range(5)}) == 5
    with pytest.raises(ValueError, match="empty range"):
        _worded(family, slice(5, None))


@every_family
def test_repeated_parameters_come_in_other_words_first(family: Family) -> None:
    assert len({_worded(family, WORDINGS[Split.TRAIN], repeats) for repeats in range(3)}) == 3


@every_family
def test_every_split_gets_parameters_that_no_other_has(family: Family) -> None:
    shares = [
        {family.program(parameters) for parameters in parameters_of(family, split)}
        for split in DIVIDED
    ]
    assert min(map(len, shares)) >= 5
    assert all(one.isdisjoint(other) for one, other in combinations(shares, 2))
    assert sum(map(len, shares)) == len(family.parameters)


@every_family
def test_no_split_has_the_wordings_of_another(family: Family) -> None:
    wordings = [set(range(5)[WORDINGS[split]]) for split in DIVIDED]
    assert wordings == [{0, 1, 2}, {3}, {4}]
    statements = [
        {
            family.statement(parameters, WORDINGS[split], repeats, Random(0))
            for parameters in family.parameters
            for repeats in range(3)
        }
        for split in DIVIDED
    ]
    assert all(one.isdisjoint(other) for one, other in combinations(statements, 2))


@every_family
def test_a_family_has_one_to_three_mistakes_and_one_that_basic_tests_miss(family: Family) -> None:
    assert 1 <= len({mistake.what for mistake in family.mistakes}) == len(family.mistakes) <= 3
    assert all(mistake.fails for mistake in family.mistakes)
    assert any(Tier.BASIC not in mistake.fails for mistake in family.mistakes)


@every_short_family
def test_a_shape_has_five_openings(family: LineFamily) -> None:
    assert len(set(family.shape.openings)) == 5


@every_short_family
def test_short_references_are_at_most_three_short_lines(family: LineFamily) -> None:
    program = family.program(family.parameters[-1])
    assert program.count("\n") <= 2
    assert max(map(len, program.splitlines())) <= 70


def test_no_short_task_is_worded_as_another() -> None:
    tasks = [
        _normalised(wording.format(**parameters))
        for family in SHORT
        for parameters in family.parameters
        for wording in family.wordings
    ]
    assert len(tasks) == len(set(tasks))


def test_short_statements_have_at_most_45_words() -> None:
    longest = max(
        len(f"{opening} {wording.format(**family.parameters[-1])}".split())
        for family in SHORT
        for opening in family.shape.openings
        for wording in family.wordings
    )
    assert longest <= 45


def test_parameters_are_every_combination_without_repetition() -> None:
    assert each(k=(1, 2), j=(2, 3)) == ({"k": 1, "j": 2}, {"k": 1, "j": 3}, {"k": 2, "j": 3})
    assert each_two("abc") == ({"c": "a", "d": "b"}, {"c": "a", "d": "c"}, {"c": "b", "d": "c"})


def test_the_catalogue_has_a_row_for_every_mistake_with_the_lowest_tier_that_sees_it() -> None:
    rows = catalogue_table()
    assert list(dict.fromkeys(row.family for row in rows)) == [family.name for family in FAMILIES]
    assert [row for row in rows if row.family == "long_words"] == [
        CatalogueRow("long_words", "text", "counts equal words once", Tier.COMPLEX),
        CatalogueRow("long_words", "text", "adds nothing to a count of 0", Tier.EDGE),
    ]
    assert [row.caught_by for row in rows if row.family == "scale_all"] == [
        Tier.INTERMEDIATE,
        Tier.INTERMEDIATE,
        Tier.BASIC,
    ]
