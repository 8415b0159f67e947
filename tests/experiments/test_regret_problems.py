"""Terse problems are the starter set's in all but the statement."""

import pytest

from experiments.regret.problems import TerseStarter
from tarot.data import Split, StarterSource

FAMILIES = ["at_least", "largest_or", "divisible", "count_greater"]
SETTINGS = {"families": FAMILIES, "num_problems": 40, "num_held_out": 12}


@pytest.fixture
def terse() -> TerseStarter:
    return TerseStarter(**SETTINGS)  # type: ignore[arg-type]


def test_a_statement_is_the_family_and_the_constant_of_the_reference(terse: TerseStarter) -> None:
    for split in (Split.TRAIN, Split.DEV, Split.TEST):
        for problem in terse.load(split):
            *words, constant = problem.statement.split(" ")
            assert "_".join(words) == problem.id.split("/")[1]
            assert constant in str(problem.reference)


def test_everything_but_the_statement_is_the_starter_sets(terse: TerseStarter) -> None:
    full = StarterSource(**SETTINGS).load(Split.TEST)  # type: ignore[arg-type]
    short = terse.load(Split.TEST)
    assert [(one.id, one.tests, one.reference) for one in full] == [
        (one.id, one.tests, one.reference) for one in short
    ]


def test_no_held_out_statement_is_trained_on(terse: TerseStarter) -> None:
    trained = {problem.statement for problem in terse.load(Split.TRAIN)}
    held_out = {one.statement for split in (Split.DEV, Split.TEST) for one in terse.load(split)}
    assert trained.isdisjoint(held_out)


def test_the_fingerprint_tells_it_from_the_starter_set(terse: TerseStarter) -> None:
    full = StarterSource(**SETTINGS)  # type: ignore[arg-type]
    assert terse.fingerprint() != full.fingerprint()
    assert terse.fingerprint() == TerseStarter(**SETTINGS).fingerprint()  # type: ignore[arg-type]
