"""Terse problems are the starter set's in all but the statement and some of what is imitated."""

from dataclasses import replace

import pytest

from experiments.regret.problems import TerseStarter, parameters_behind
from tarot.data import Split, StarterSource
from tarot.data.starter.catalogue import families_of
from tarot.types import TestKind

FAMILIES = ["count_letter", "count_value", "replace_letter"]
SETTINGS = {"families": FAMILIES, "num_problems": 60, "num_held_out": 12}
BY_NAME = {one.name: one for one in families_of(Split.TRAIN, TestKind.STDIN_STDOUT, FAMILIES)}


@pytest.fixture
def terse() -> TerseStarter:
    return TerseStarter(**SETTINGS)  # type: ignore[arg-type]


def test_a_statement_is_the_family_and_the_parameters(terse: TerseStarter) -> None:
    for split in (Split.TRAIN, Split.DEV, Split.TEST):
        for problem in terse.load(split):
            family = BY_NAME[str(problem.family)]
            parameters = parameters_behind(problem, family, split)
            assert family.program(parameters) == problem.reference
            words = [*family.name.split("_"), *map(str, parameters.values())]
            assert problem.statement.split(" ") == words


def test_everything_but_the_statement_is_the_starter_sets(terse: TerseStarter) -> None:
    full = StarterSource(**SETTINGS).load(Split.TEST)  # type: ignore[arg-type]
    for one, short in zip(full, terse.load(Split.TEST), strict=True):
        assert replace(short, statement=one.statement) == one


def test_no_held_out_statement_is_trained_on(terse: TerseStarter) -> None:
    trained = {problem.statement for problem in terse.load(Split.TRAIN)}
    held_out = {one.statement for split in (Split.DEV, Split.TEST) for one in terse.load(split)}
    assert trained.isdisjoint(held_out)


def test_a_share_of_what_is_imitated_is_mistaken_and_nothing_held_out_is(
    terse: TerseStarter,
) -> None:
    mixed = replace(terse, wrong_share=0.5)
    assert mixed.load(Split.TEST) == terse.load(Split.TEST)
    pairs = list(zip(mixed.load(Split.TRAIN), terse.load(Split.TRAIN), strict=True))
    wrong = [(one, right) for one, right in pairs if one != right]
    assert 20 <= len(wrong) <= 40  # of 60, by draws that hang on the problems' ids
    for one, right in wrong:
        assert replace(one, reference=right.reference) == right
        family = BY_NAME[str(one.family)]
        parameters = parameters_behind(right, family, Split.TRAIN)
        mistakes = {family.program(parameters, mistake) for mistake in family.mistakes}
        assert one.reference in mistakes


def test_the_fingerprint_tells_it_from_the_starter_set(terse: TerseStarter) -> None:
    full = StarterSource(**SETTINGS)  # type: ignore[arg-type]
    same = TerseStarter(**SETTINGS)  # type: ignore[arg-type]
    assert terse.fingerprint() == same.fingerprint() != full.fingerprint()
    assert replace(terse, wrong_share=0.5).fingerprint() != terse.fingerprint()
