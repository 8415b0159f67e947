"""Tokens, time and cost of a step of 448 completions, worked out by hand."""

import pytest

from tarot.cli.composition import compose
from tarot.config.run import validate_run
from tarot.config.schema import RunConfig
from tarot.plan.effort import (
    cost_usd,
    count_step,
    generated_tokens_per_s,
    operations_per_step,
    time_step,
)

PARAMETERS = 7_615_616_512
# 28 layers of 28 heads of 128, over 5120 tokens.
ATTENTION = 4 * 28 * 3584 * 5120


def composed(*settings: str) -> RunConfig:
    (job,) = compose("train", ["model=qwen2.5-7b", *settings])
    return validate_run(job.config)


def test_every_sequence_is_as_long_as_it_can_get() -> None:
    step = count_step(composed())
    assert (step.completions, step.generated) == (448, 448)
    assert (step.generated_tokens, step.trained_tokens) == (448 * 4096, 448 * 5120)


def test_mean_lengths_take_the_place_of_the_limits() -> None:
    step = count_step(composed("rates.prompt_tokens=400", "rates.completion_tokens=600"))
    assert (step.generated_tokens, step.trained_tokens) == (448 * 600, 448 * 1000)


def test_dynamic_sampling_generates_more_than_it_trains_on() -> None:
    step = count_step(composed("dynamic_sampling={max_batches: 3}"))
    assert (step.completions, step.generated) == (448, 3 * 448)
    assert step.trained_tokens == 448 * 5120


def test_completions_that_are_trained_on_twice_are_generated_once() -> None:
    step = count_step(composed("trainer.num_iterations=2"))
    assert (step.completions, step.generated) == (448, 224)
    assert (step.generated_tokens, step.trained_tokens) == (224 * 4096, 448 * 5120)


@pytest.mark.parametrize(
    ("settings", "passes"),
    [
        ([], 5),
        (["hardware.gradient_checkpointing=false"], 4),
        (["trainer.vllm_importance_sampling_correction=false"], 4),
        (["trainer.beta=0.01"], 6),
        (["trainer.num_iterations=2"], 4.5),
        (["dynamic_sampling={max_batches: 3}"], 7),
    ],
)
def test_a_token_takes_so_many_forward_passes(settings: list[str], passes: float) -> None:
    """One, two for the backward pass, one again for checkpoints, and one for vLLM's correction.

    That one is due for all that is generated, be it half or three times what is trained on.
    """
    operations = operations_per_step(composed(*settings))
    assert operations == passes * 448 * 5120 * (2 * PARAMETERS + ATTENTION)


@pytest.mark.parametrize(
    ("settings", "passes"),
    [
        ([], 4),
        (["trainer.num_iterations=2"], 4.5),
        (["trainer.steps_per_generation=16"], 4),
        (["trainer.steps_per_generation=64"], 5),
    ],
)
def test_without_vllm_what_outlives_an_update_is_weighed(
    settings: list[str], passes: float
) -> None:
    """A step has 32 passes; those of one generation are 32 times 2, 16 or 64."""
    alone = ("hardware.vllm=null", "hardware.gpus=7")
    operations = operations_per_step(composed(*alone, *settings))
    assert operations == passes * 448 * 5120 * (2 * PARAMETERS + ATTENTION)


def test_one_gpu_generates_at_a_tenth_of_its_peak_unless_told() -> None:
    """31.2 TFLOP/s at 15.23 GFLOP a token."""
    assert generated_tokens_per_s(composed()) == pytest.approx(2048.4, abs=0.1)
    assert generated_tokens_per_s(composed("rates.generated_tokens_per_s=3000")) == 3000


def test_a_step_is_generation_on_one_gpu_programs_and_training_on_seven() -> None:
    """448 x 4096 tokens at 2048 a second, and 448 x 4 programs at 100 a second."""
    step = time_step(composed("rates.generated_tokens_per_s=2048"), tests_per_problem=4)
    assert step.generation == 896
    assert step.programs == pytest.approx(17.92)
    operations = 448 * 5120 * 5 * (2 * PARAMETERS + ATTENTION)
    assert step.training == pytest.approx(operations / (7 * 0.3 * 312e12))
    assert step.total == step.generation + 17.92 + step.training


def test_gpus_that_train_and_generate_do_both() -> None:
    given = ("hardware=gpu8_80gb_colocate", "rates.generated_tokens_per_s=2048")
    assert time_step(composed(*given), None).generation == 112


def test_all_gpus_of_all_machines_are_paid_for() -> None:
    """16 GPUs for half an hour at 3 USD."""
    config = composed("hardware=gpu16_80gb", "rates.usd_per_gpu_hour=3.0")
    assert cost_usd(config, 1800) == 24
