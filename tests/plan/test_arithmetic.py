"""Batches and steps in words; the numbers are worked out by hand."""

from tarot.cli.composition import compose
from tarot.config.run import validate_run
from tarot.config.schema import RunConfig
from tarot.plan.arithmetic import describe_batch, describe_length


def composed(*settings: str) -> RunConfig:
    (job,) = compose("train", settings)
    return validate_run(job.config)


def test_the_batch_of_the_published_machine() -> None:
    """448 completions are 32 times the 14 that 7 processes take at once."""
    assert describe_batch(composed()) == (
        "64 problems x 7 completions = 448 = 7 processes x 2 x 32 accumulation steps"
    )


def test_dynamic_sampling_generates_up_to_so_many_batches() -> None:
    text = describe_batch(composed("dynamic_sampling={max_batches: 3}"))
    assert text.endswith(" accumulation steps, of up to 3 times as many generated")


def test_the_steps_follow_from_the_problems_and_the_epochs() -> None:
    """A last incomplete batch is left out: 15506 / 64 is 242.3, and three epochs have 726 steps."""
    assert describe_length(composed(), 15506) == (
        "at most 242 = 15506 problems to train on, 64 a step x 1 epochs"
    )
    three = composed("trainer.num_train_epochs=3")
    assert describe_length(three, 15506).startswith("at most 726 = ")
    part = composed("trainer.num_train_epochs=0.5")
    assert describe_length(part, 192).startswith("at most 2 = ")


def test_iterations_over_the_same_completions_are_steps_too() -> None:
    """242 batches, each trained on twice."""
    assert describe_length(composed("trainer.num_iterations=2"), 15506) == (
        "at most 484 = 15506 problems to train on, 64 a step x 1 epochs x 2 iterations"
    )


def test_steps_that_are_given_do_not_hang_on_the_problems() -> None:
    given = composed("trainer.max_steps=30")
    assert describe_length(given, 0) == "30, as trainer.max_steps says"


def test_too_few_problems_for_a_step_are_told() -> None:
    assert describe_length(composed(), 63) == (
        "none: 63 problems to train on are fewer than problems_per_step=64; lower it"
    )
