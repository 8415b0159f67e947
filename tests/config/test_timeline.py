"""Over which lengths curriculum and learning rate run."""

import pytest

from tarot.cli.composition import compose
from tarot.config.run import validate_run
from tarot.config.schedule import RunLength, Timeline, timeline_of
from tarot.types import UserError

FOUR = "{after: 0, max_steps: 4, num_train_epochs: null}"
EPOCH = "{after: 0, max_steps: null, num_train_epochs: 1}"


def test_progress_is_that_of_the_length_in_force_and_at_most_one() -> None:
    kept, stretched = Timeline(((0, 4),)), Timeline(((0, 4), (4, 8)))
    assert [kept.progress(done) for done in range(6)] == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    assert [stretched.progress(done) for done in (3, 4, 6, 9)] == [0.75, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(
    ("fields", "length"),
    [
        ({"max_steps": 6, "num_train_epochs": 2}, RunLength(6, None)),
        ({"max_steps": -1, "num_train_epochs": 2}, RunLength(None, 2.0)),
        ({}, RunLength(None, 3.0)),
    ],
)
def test_the_length_of_a_trainer_is_as_trl_reads_it(
    fields: dict[str, float], length: RunLength
) -> None:
    assert RunLength.of(fields) == length


def test_a_planned_length_in_epochs_has_the_steps_of_the_data() -> None:
    """Two problems a step."""
    (job,) = compose("train", ["+experiment=tiny", f"schedule.lengths=[{EPOCH}]"])
    assert timeline_of(validate_run(job.config), 10) == Timeline(((0, 5),))


def test_a_run_by_its_own_length_has_no_timeline() -> None:
    (job,) = compose("train", ["+experiment=tiny"])
    assert timeline_of(validate_run(job.config), 10) is None


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            (
                *("trainer.max_steps=6", "trainer.lr_scheduler_type=cosine"),
                f"schedule.lengths=[{FOUR}]",
            ),
            "trainer.max_steps=6: by trainer.lr_scheduler_type=cosine the learning rate is 0 after "
            "the planned 4 steps, so that nothing more would be learned; add "
            "schedule.stretch=true, which has it and the curriculum run over the new length",
        ),
        (
            (f"schedule.lengths=[{FOUR},{FOUR}]",),
            "schedule.lengths: begin after [0, 0]; give 0 first, then later steps",
        ),
        (
            ("schedule.lengths=[{after: 0, max_steps: 4, num_train_epochs: 1}]",),
            "schedule.lengths: give each either max_steps or num_train_epochs",
        ),
        (("schedule.strech=true",), "schedule.strech: no such key; did you mean stretch?"),
    ],
)
def test_a_schedule_that_can_not_be_is_one_line(settings: tuple[str, ...], line: str) -> None:
    (job,) = compose("train", ["+experiment=tiny", *settings])
    with pytest.raises(UserError) as error:
        validate_run(job.config)
    assert str(error.value) == line


def test_a_rate_that_does_not_end_at_zero_may_go_on() -> None:
    (job,) = compose("train", ["+experiment=tiny", f"schedule.lengths=[{FOUR}]"])
    for kind, steps in (("constant", 6), ("cosine_with_min_lr", 6), ("cosine", 3)):
        trainer = {**job.config["trainer"], "lr_scheduler_type": kind, "max_steps": steps}
        validate_run({**job.config, "trainer": trainer})
