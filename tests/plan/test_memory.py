"""Memory in bytes; the expected numbers are worked out by hand from round shapes."""

from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from tarot.cli.composition import compose
from tarot.config.run import validate_run
from tarot.config.schema import ArchitectureConfig, HardwareConfig, LoraConfig
from tarot.plan.activations import Sequences, activations, saved_by_layer
from tarot.plan.memory import gpu_memory
from tarot.plan.states import adapter_parameters, model_states
from tarot.sampling.random_weights import transformers_config

BILLION = 10**9
SEQUENCES = Sequences(number=2, prompt_tokens=30, completion_tokens=20)


def shape(family: str = "qwen2", **changes: Any) -> ArchitectureConfig:
    """Ten layers of width 100, and a billion parameters whatever they say."""
    fields: dict[str, object] = {
        "family": family,
        "layers": 10,
        "hidden_size": 100,
        "intermediate_size": 300,
        "heads": 4,
        "kv_heads": 2,
        "head_dim": 25,
        "vocab_size": 1000,
        "tie_embeddings": True,
        "context_length": 1024,
        "parameters": BILLION,
    }
    return ArchitectureConfig.model_validate(fields | changes)


def hardware(option: str = "gpu8_80gb", **changes: object) -> HardwareConfig:
    """A set-up by name, but for `changes`."""
    (job,) = compose("train", [f"hardware={option}"])
    return validate_run(job.config).hardware.model_copy(update=changes)


@pytest.mark.parametrize(
    ("sharding", "weights", "gradients", "optimizer"),
    [
        (None, 2.0, 2.0, 4.0),
        ("zero1", 2.0, 2.0, 3.0),
        ("zero2", 2.0, 0.5, 3.0),
        ("zero3", 0.5, 0.5, 3.0),
        ("fsdp2", 1.0, 1.0, 2.0),
    ],
)
def test_what_is_sharded_over_four_processes_takes_a_quarter(
    sharding: str | None, weights: float, gradients: float, optimizer: float
) -> None:
    """Of 2 + 2 + 4 bytes, under DeepSpeed 2 + 2 + 12, under FSDP 4 + 4 + 8."""
    states = model_states(shape(), hardware(processes=4, sharding=sharding), has_reference=False)
    found = states.weights, states.gradients, states.optimizer
    assert found == (weights * BILLION, gradients * BILLION, optimizer * BILLION)


def test_adapters_are_all_that_has_gradients_and_moments() -> None:
    """Beside q and o 100 + 100 inputs and outputs, k and v 100 + 50, the MLP's three 100 + 300."""
    lora = LoraConfig(r=8, alpha=16, dropout=0.0, target_modules=None)
    number = 10 * 8 * (2 * 200 + 2 * 150 + 3 * 400)
    assert adapter_parameters(shape(), lora) == number
    few = lora.model_copy(update={"target_modules": ["q_proj", "v_proj"]})
    assert adapter_parameters(shape(), few) == 10 * 8 * (200 + 150)
    alone = hardware(processes=1, sharding=None, autocast=None)
    states = model_states(shape(), alone, has_reference=True, lora=lora)
    assert states.weights == 2 * BILLION + 4 * number
    assert (states.gradients, states.optimizer, states.reference) == (4 * number, 8 * number, 0)


def test_an_mlp_without_a_gate_has_two_adapters() -> None:
    """Beside q and o 200 inputs and outputs, k and v 150, up and down 400."""
    lora = LoraConfig(r=8, alpha=16, dropout=0.0, target_modules=None)
    number = 10 * 8 * (2 * 200 + 2 * 150 + 2 * 400)
    assert adapter_parameters(shape("starcoder2"), lora) == number


def test_experts_have_no_adapter_and_a_token_uses_some_of_them() -> None:
    """Of a layer's 16 experts, 12 of 3 x 100 x 300 parameters idle; q and o 200, k and v 150."""
    mixture = shape("qwen3_moe", experts={"number": 16, "active": 4})
    assert mixture.active_parameters == BILLION - 10 * 12 * 3 * 100 * 300
    lora = LoraConfig(r=8, alpha=16, dropout=0.0, target_modules=None)
    assert adapter_parameters(mixture, lora) == 10 * 8 * (2 * 200 + 2 * 150)


def test_float32_weights_have_float32_gradients_and_moments_and_a_copy_for_autocast() -> None:
    one = hardware("gpu1_80gb", dtype="float32")
    states = model_states(shape(), one, has_reference=False)
    assert (states.weights, states.gradients) == (4 * BILLION, 4 * BILLION)
    assert (states.optimizer, states.buffers) == (8 * BILLION, 2 * BILLION)


@pytest.mark.parametrize(
    ("sharding", "processes", "buffers"),
    [(None, 1, 0), (None, 4, 2), ("zero2", 4, 1), ("zero3", 4, 3)],
)
def test_gradients_wait_in_buckets_and_zero3_gathers_weights(
    sharding: str | None, processes: int, buffers: int
) -> None:
    """A bucket of 5e8 numbers is 1 GB, and a billion gathered weights are 2 GB."""
    set_up = hardware(processes=processes, sharding=sharding)
    assert model_states(shape(), set_up, has_reference=False).buffers == buffers * BILLION


@pytest.mark.parametrize(("sharding", "gathered"), [("zero1", 0), ("zero2", 0), ("zero3", 2000)])
def test_a_small_model_has_a_whole_bucket(sharding: str, gathered: int) -> None:
    """DeepSpeed takes 5e8 numbers for it, however few there are; a thousand are gathered."""
    states = model_states(
        shape(parameters=1000), hardware(processes=4, sharding=sharding), has_reference=False
    )
    assert states.buffers == BILLION + gathered


def test_fsdp_gathers_two_layers_the_embeddings_and_the_head_in_float32() -> None:
    """Embeddings 0.1 M, a layer 1 M of 10.1 M: (2 + 0.1) x 2 bytes + 0.1 x 4."""
    states = model_states(
        shape(parameters=10_100_000), hardware(sharding="fsdp2"), has_reference=False
    )
    assert states.buffers == pytest.approx(4_600_000)


@pytest.mark.parametrize(("sharding", "gb"), [(None, 2.0), ("zero2", 2.0), ("zero3", 0.5)])
def test_a_reference_model_is_as_large_as_the_weights(sharding: str | None, gb: float) -> None:
    set_up = hardware(processes=4, sharding=sharding)
    assert model_states(shape(), set_up, has_reference=True).reference == gb * BILLION


def test_with_checkpointing_inputs_of_layers_are_kept_and_one_layer_works() -> None:
    """100 tokens. Norms 2 x 8 x 100, attention 8 x 100, MLP 8 x 300, mask 2 x 50: 4900 bytes.

    To these come three gradients of the MLP, 6 x 300; the loss has 40 tokens.
    """
    found = activations(shape(), hardware(), SEQUENCES)
    assert found.kept == 10 * 100 * 2 * 100
    assert found.layer == (4900 + 1800) * 100
    assert found.loss == 1000 * 100 * 6 + 40 * 100 * 8 + 4096 * 32768 * 2
    assert found.total == found.kept + found.loss


def test_beside_adapters_the_loss_has_no_gradient_of_the_output_embedding() -> None:
    lora = LoraConfig(r=8, alpha=16, dropout=0.0, target_modules=None)
    found = gpu_memory(shape(), hardware(), SEQUENCES, has_reference=False, lora=lora)
    assert found.activations.loss == 40 * 100 * 8 + 4096 * 32768 * 2


def test_without_checkpointing_all_layers_keep_what_they_save() -> None:
    found = activations(shape(), hardware(gradient_checkpointing=False), SEQUENCES)
    assert (found.kept, found.layer) == (10 * 4900 * 100, 1800 * 100)


def test_unfused_attention_holds_whole_score_matrices() -> None:
    """Four norms; 2 sequences x 4 heads x 50 x 50 scores of 8 bytes, saved and at work."""
    found = activations(shape("gemma2"), hardware(), SEQUENCES)
    scores = 2 * 4 * 50 * 50 * 8
    assert found.layer == (3200 + 800 + 2400 + 1800) * 100 + 2 * scores


def test_four_norms_and_norms_of_heads_are_those_that_the_parameters_count() -> None:
    """4 x 100 x 8 bytes of norms, 800 of attention and 6 x 6 x 25 of its norms, 2400 of the MLP."""
    found = saved_by_layer(shape("gemma3_text"), SEQUENCES, width=2)
    assert found == (3200 + 800 + 900 + 2400 + 2 * 50) * 100


def test_a_vllm_beside_training_takes_its_share_and_a_server_none() -> None:
    """0.3 of 80 GB."""
    beside = gpu_memory(shape(), hardware("gpu1_80gb"), SEQUENCES, has_reference=False)
    assert beside.generation == 24 * BILLION
    served = gpu_memory(shape(), hardware(), SEQUENCES, has_reference=False)
    assert served.generation == 0


@pytest.mark.parametrize("family", ["qwen2", "qwen3", "qwen3_moe", "gemma2", "llama"])
def test_a_real_layer_saves_what_the_plan_says(family: str) -> None:
    """Of bfloat16 models of one layer and of two, what autograd keeps; within 4%.

    Where attention is fused the mask of 1024 tokens is a tenth of it or more.
    """
    wide: dict[str, Any] = {"hidden_size": 256, "intermediate_size": 1024}
    wide |= {"heads": 8, "head_dim": 32}
    if family == "qwen3_moe":
        wide |= {"intermediate_size": 96, "experts": {"number": 16, "active": 4}}
    one, two = (_saved_bytes(shape(family, layers=layers, **wide)) for layers in (1, 2))
    expected = saved_by_layer(shape(family, **wide), Sequences(2, 5, 1019), width=2)
    assert two - one == pytest.approx(expected, rel=0.04)


def _saved_bytes(small: ArchitectureConfig) -> int:
    """Bytes saved for the backward pass but for weights, of two padded rows of 1024 tokens."""
    model = AutoModelForCausalLM.from_config(transformers_config(small), dtype=torch.bfloat16)
    weights = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
    saved: dict[int, torch.Tensor] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        saved[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    mask = torch.ones(2, 1024, dtype=torch.long)
    mask[:, :5] = 0
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        ids = torch.ones(2, 1024, dtype=torch.long)
        output = model.train().model(ids, attention_mask=mask, use_cache=False)
    assert output.last_hidden_state.requires_grad
    return sum(
        tensor.untyped_storage().nbytes() for place, tensor in saved.items() if place not in weights
    )
