"""The starter set as a source: what its settings mean."""

import pytest

from tarot.data import Split, StarterSource
from tarot.data.starter import starter_problems
from tarot.types import UserError

SMALL = StarterSource(num_problems=3, num_held_out=2, seed=4)


def test_training_and_held_out_splits_have_their_own_numbers() -> None:
    assert SMALL.load(Split.TRAIN) == starter_problems(Split.TRAIN, 3, 4)
    for split in (Split.DEV, Split.TEST, Split.UNSEEN):
        assert SMALL.load(split) == starter_problems(split, 2, 4)


def test_the_number_of_tests_is_a_setting() -> None:
    source = StarterSource(num_problems=1, tests_per_tier=2)
    assert [len(problem.tests) for problem in source.load(Split.TRAIN)] == [8]


def test_the_defaults_pass_their_check() -> None:
    StarterSource().check()


def test_the_fingerprint_depends_on_every_setting() -> None:
    others = [
        StarterSource(families=["at_least"], num_problems=3, num_held_out=2, seed=4),
        StarterSource(num_problems=4, num_held_out=2, seed=4),
        StarterSource(num_problems=3, num_held_out=3, seed=4),
        StarterSource(num_problems=3, num_held_out=2, seed=5),
        StarterSource(num_problems=3, num_held_out=2, seed=4, tests_per_tier=2),
    ]
    assert SMALL.fingerprint() == StarterSource(None, 3, 2, 4).fingerprint()
    assert len({source.fingerprint() for source in (SMALL, *others)}) == 6


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (StarterSource(num_problems=0), r"^data\.num_problems: 0; split train has 1 to \d+ "),
        (StarterSource(num_problems=10**5), r"^data\.num_problems: 100000; split train has 1 to "),
        (StarterSource(num_held_out=10**5), r"^data\.num_held_out: 100000; split dev has 1 to "),
        (StarterSource(tests_per_tier=0), r"^data\.tests_per_tier: 0; at least 1 is needed$"),
    ],
)
def test_numbers_that_cannot_be_given_are_refused(source: StarterSource, message: str) -> None:
    with pytest.raises(UserError, match=message):
        source.check()
