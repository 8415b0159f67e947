"""What can't work is refused with the setting to change, and what is shipped can work."""

from functools import cache

import pytest

from tarot.cli.composition import CONF, compose
from tarot.config.run import validate_run
from tarot.config.schema import RunConfig
from tarot.plan.fitting import feasibility_checks
from tarot.plan.needs import memory_of
from tarot.types import UserError

# By model, GB on each of the seven GPUs that train under ZeRO-2, two sequences of 5120 at once.
PUBLISHED = {
    "qwen2.5-1.5b": 11.8,
    "qwen2.5-3b": 19.1,
    "qwen2.5-7b": 39.3,
    "qwen2.5-coder-1.5b": 11.8,
    "qwen2.5-coder-3b": 19.1,
    "qwen2.5-coder-7b": 39.3,
    "qwen3-4b": 23.7,
    "gemma2-2b": 23.6,
    "gemma2-9b": 60.0,
}
UTILIZATION = "hardware.vllm.gpu_memory_utilization=0.4"
HOLDS = {
    "cpu": "smollm2-135m",
    "gpu1_24gb": "qwen2.5-1.5b",
    "gpu1_80gb": "qwen2.5-coder-3b",
    "gpu8_80gb": "gemma2-9b",
    "gpu8_80gb_colocate": "qwen2.5-coder-7b",
    "gpu16_80gb": "gemma2-9b",
}


@cache
def composed(*settings: str) -> RunConfig:
    (job,) = compose("train", settings)
    return validate_run(job.config)


def refusals(*settings: str) -> list[str]:
    """What each check says, where it refuses."""
    found = []
    for check in feasibility_checks(composed(*settings)):
        try:
            check()
        except UserError as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize("model", PUBLISHED)
def test_the_nine_models_fit_the_published_machine(model: str) -> None:
    """Of 7B: 15.23 + 15.23/7 + 91.39/7 + 1 of a bucket, activations 2.06 + 3.77, and 2."""
    assert refusals(f"model={model}") == []
    total_gb = memory_of(composed(f"model={model}")).total / 1e9
    assert total_gb == pytest.approx(PUBLISHED[model], abs=0.05)


def test_every_set_up_holds_a_model() -> None:
    assert HOLDS.keys() == {path.stem for path in (CONF / "hardware").glob("*.yaml")}


@pytest.mark.parametrize(("hardware", "model"), HOLDS.items())
def test_a_set_up_holds_its_model(hardware: str, model: str) -> None:
    assert refusals(f"hardware={hardware}", f"model={model}") == []


def test_a_context_beyond_the_models_is_refused() -> None:
    (line,) = refusals("model=gemma2-2b", "trainer.max_completion_length=8000")
    assert line == (
        "trainer.max_completion_length=8000: with max_prompt_tokens=1024 it makes 9024 tokens, "
        "and google/gemma-2-2b-it takes 8192; lower either"
    )


def test_a_context_of_vllm_beyond_the_models_is_refused() -> None:
    given = ("model=gemma2-2b", "trainer.vllm_max_model_length=8193")
    assert refusals(*given, "trainer.vllm_max_model_length=8192") == []
    (line,) = refusals(*given)
    assert line == ("trainer.vllm_max_model_length=8193: google/gemma-2-2b-it takes 8192; lower it")
    assert refusals(*given, "hardware.vllm=null", "hardware.gpus=7") == []


def test_a_model_that_vllm_cannot_split_is_refused_with_what_would_do() -> None:
    """Of the divisors of 28 heads 1, 2, 4 and 28 divide 4 or it them; 28 does not divide 18,944."""
    vllm = ("hardware.vllm.tensor_parallel=7", "hardware.vllm.gpus=7", "hardware.gpus=14")
    (line,) = refusals("model=qwen2.5-7b", *vllm)
    assert line.startswith("hardware.vllm.tensor_parallel=7: Qwen/Qwen2.5-7B-Instruct has 28 ")
    assert "28 attention heads, 4 of keys and values and an MLP 18944 wide, which vLLM" in line
    assert line.endswith("can't split so; 1, 2, 4 would work")


def test_seven_billion_parameters_on_24_gb_are_refused_with_a_remedy() -> None:
    """8 bytes a parameter are 61 GB, and activations and the rest make 69."""
    first, *_ = refusals("model=qwen2.5-coder-7b", "hardware=gpu1_24gb")
    assert first == (
        "hardware.gpu_memory_gb=24: training Qwen/Qwen2.5-Coder-7B-Instruct takes about 69 GB a "
        "GPU; trainer=qlora with trainer.steps_per_generation=28 would fit"
    )


def test_adapters_are_a_remedy_where_no_other_is() -> None:
    """Twice 7.6 billion bytes of gradients and four times as many of moments are not held."""
    small = ("hardware=gpu1_80gb", "hardware.gpu_memory_gb=48")
    (line,) = refusals("model=qwen2.5-7b", *small, UTILIZATION)
    assert line.endswith("; trainer=lora would fit")
    assert refusals("model=qwen2.5-7b", *small, UTILIZATION, "trainer=lora") == []


def test_a_fuller_sharding_is_a_remedy() -> None:
    """8 + 2 bytes a parameter and vLLM's 24 GB are 100 GB; ZeRO-2 over eight leaves 67."""
    unsharded = ("hardware=gpu8_80gb_colocate", "hardware.sharding=null")
    (line,) = refusals("model=qwen2.5-7b", *unsharded)
    assert line.endswith(" GB a GPU; hardware.sharding=zero2 would fit")


def test_a_smaller_batch_and_shorter_completions_are_remedies() -> None:
    (line,) = refusals("model=gemma2-9b", "hardware=gpu8_80gb_colocate")
    assert line.endswith(
        "hardware.vllm.sleep=true or hardware.per_device_batch_size=1 or "
        "trainer.max_completion_length=2048 would fit"
    )


def test_a_smaller_share_of_vllm_is_a_remedy() -> None:
    """While it generates 11.3 GB beside vLLM's 14.4, so 0.5 is the largest share that fits."""
    (line,) = refusals(
        "model=qwen2.5-1.5b", "hardware=gpu1_24gb", "hardware.vllm.gpu_memory_utilization=0.6"
    )
    assert line.endswith(" while it generates; hardware.vllm.gpu_memory_utilization=0.5 would fit")


def test_settings_that_fit_together_alone_are_named_together() -> None:
    (line,) = refusals(
        "model=gemma2-9b",
        "hardware=gpu8_80gb_colocate",
        "trainer.max_completion_length=7168",
        "hardware.vllm.gpu_memory_utilization=0.35",
        "evaluation.batch_size=16",
    )
    assert line.endswith("hardware.vllm.sleep=true with hardware.per_device_batch_size=1 would fit")


def test_whole_weights_beside_vllm_have_to_fit_where_parts_train() -> None:
    """Whole they are 15.2 GB, and vLLM's share of 20 GB is 6, in which a quarter of them fits."""
    many = ("hardware=gpu16_80gb", "hardware.nodes=8", "hardware.processes=64")
    small = ("hardware.per_device_batch_size=1", "hardware.vllm.tensor_parallel=4")
    given = ("model=qwen2.5-7b", *many, *small, "evaluation.batch_size=8")
    (line,) = refusals(*given, "hardware.gpu_memory_gb=20")
    assert line.startswith("hardware.gpu_memory_gb=20: measuring Qwen/Qwen2.5-7B-Instruct takes ")
    assert "about 21 GB with vLLM; lower " in line
    assert refusals(*given, "hardware.gpu_memory_gb=24") == []


def test_a_cache_without_room_for_one_sequence_is_refused() -> None:
    """262,144 tokens of 2 x 36 x 8 x 128 x 2 bytes are 38.7 GB, and 0.3 x 80 GB are 24.

    Less 8.04 of weights and 1.5 they are 14.46 GB, or 98,029 tokens of 147,456 bytes.
    """
    given = ("model=qwen3-4b", "hardware=gpu1_80gb")
    assert refusals(*given) == []
    (line,) = refusals(*given, "trainer.vllm_max_model_length=262144")
    assert line.startswith("hardware.vllm.gpu_memory_utilization=0.3 of 80 GB: beside the weights")
    assert "room for 98029 tokens, and a sequence has up to 262144; raise it to 0.61, " in line
    assert line.endswith("lower trainer.vllm_max_model_length, or set a smaller model (model=…)")


def test_without_a_size_of_the_gpu_memory_is_not_checked() -> None:
    assert refusals("hardware=gpu1_24gb", "hardware.gpu_memory_gb=null") == []


def test_an_optimizer_whose_states_are_not_known_is_not_refused() -> None:
    given = ("model=gemma2-9b", "hardware=gpu1_80gb", "trainer.max_completion_length=1024")
    assert refusals(*given)
    assert refusals(*given, "trainer.optim=adafactor") == []
