"""The starter set as a source: what its settings mean."""

import pytest

from tarot.data import Split, StarterSource
from tarot.data.starter import TRAINED, UNSEEN, families_of, starter_problems
from tarot.data.starter.catalogue import files_of
from tarot.types import TestKind, UserError

SMALL = StarterSource(num_problems=3, num_held_out=2, seed=4)


def test_training_and_held_out_splits_have_their_own_numbers() -> None:
    assert SMALL.load(Split.TRAIN) == starter_problems(TRAINED, Split.TRAIN, 3, 4)
    assert SMALL.load(Split.UNSEEN) == starter_problems(UNSEEN, Split.UNSEEN, 2, 4)
    for split in (Split.DEV, Split.TEST):
        assert SMALL.load(split) == starter_problems(TRAINED, split, 2, 4)


def test_families_can_be_chosen_and_come_in_their_own_order() -> None:
    source = StarterSource(["long_words", "at_least"], 3, 1, unseen_families=["at_most"])
    assert [problem.family for problem in source.load(Split.TRAIN)] == [
        "at_least",
        "long_words",
        "at_least",
    ]
    assert [problem.family for problem in source.load(Split.TEST)] == ["at_least"]
    assert [problem.family for problem in source.load(Split.UNSEEN)] == ["at_most"]


def test_the_number_of_tests_is_a_setting() -> None:
    source = StarterSource(num_problems=1, tests_per_tier=2)
    assert [len(problem.tests) for problem in source.load(Split.TRAIN)] == [8]


def test_the_form_is_a_setting() -> None:
    source = StarterSource(["at_least"], 1, form=TestKind.FUNCTION_CALL)
    (problem,) = source.load(Split.TRAIN)
    assert {test.kind for test in problem.tests} == {TestKind.FUNCTION_CALL}


def test_the_defaults_pass_their_check() -> None:
    StarterSource().check()
    StarterSource(form=TestKind.FUNCTION_CALL).check()


def test_the_fingerprint_depends_on_every_setting() -> None:
    others = [
        StarterSource(families=["at_least"], num_problems=3, num_held_out=2, seed=4),
        StarterSource(num_problems=4, num_held_out=2, seed=4),
        StarterSource(num_problems=3, num_held_out=3, seed=4),
        StarterSource(num_problems=3, num_held_out=2, seed=5),
        StarterSource(num_problems=3, num_held_out=2, seed=4, tests_per_tier=2),
        StarterSource(num_problems=3, num_held_out=2, seed=4, unseen_families=["at_most"]),
        StarterSource(num_problems=3, num_held_out=2, seed=4, form=TestKind.FUNCTION_CALL),
    ]
    assert SMALL.fingerprint() == StarterSource(None, 3, 2, 4).fingerprint()
    assert len({source.fingerprint() for source in (SMALL, *others)}) == 8


@pytest.mark.parametrize("form", TestKind)
def test_files_are_those_of_the_families_in_use_and_no_other(form: TestKind) -> None:
    chosen = families_of(Split.TRAIN, form, ["long_words", "at_least"])
    assert [file.name for file in files_of(chosen)] == ["integers.py", "text.py"]
    unseen = families_of(Split.UNSEEN, form, ["product_remainder"])
    assert [file.name for file in files_of(unseen)] == ["pairs.py"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (StarterSource(num_problems=0), r"^data\.num_problems: 0; at least 1 is needed$"),
        (StarterSource(num_held_out=-1), r"^data\.num_held_out: -1; at least 1 is needed$"),
        (StarterSource(tests_per_tier=0), r"^data\.tests_per_tier: 0; at least 1 is needed$"),
        (
            StarterSource(["at_most"]),
            r"^data\.families: 'at_most' is no family of split train in form stdin_stdout; "
            r"choose from remainder_of_size, .*$",
        ),
        (
            StarterSource(unseen_families=["at_least"]),
            r"^data\.unseen_families: 'at_least' is no family of split unseen in form "
            r"stdin_stdout; choose from at_most, .*$",
        ),
        (StarterSource([]), r"^data\.families: an empty list is no family of split train"),
        (
            StarterSource(["scale_all"], form=TestKind.FUNCTION_CALL),
            r"^data\.families: 'scale_all' is no family of split train in form function_call; .*$",
        ),
    ],
)
def test_settings_that_ask_for_nothing_are_refused(source: StarterSource, message: str) -> None:
    with pytest.raises(UserError, match=message):
        source.check()
