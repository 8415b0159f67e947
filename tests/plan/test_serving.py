"""vLLM's cache of keys and values; Qwen2.5 7B has 28 layers, 28 heads and 4 of keys and values."""

import pytest

from tarot.cli.composition import compose
from tarot.config.run import validate_run
from tarot.config.schema import ArchitectureConfig, VllmConfig
from tarot.plan.serving import bytes_per_token, cache_of, splits


@pytest.fixture
def shape() -> ArchitectureConfig:
    (job,) = compose("train", ["model=qwen2.5-7b"])
    return validate_run(job.config).model.architecture


@pytest.mark.parametrize(("split", "heads"), [(1, 4), (2, 2), (4, 1), (28, 1)])
def test_a_token_takes_a_key_and_a_value_in_every_layer(
    shape: ArchitectureConfig, split: int, heads: int
) -> None:
    """Of 128 numbers of two bytes for each head that a GPU has."""
    assert bytes_per_token(shape, split, width=2) == 2 * 28 * heads * 128 * 2


def test_the_cache_is_what_weights_and_work_leave_of_the_share(shape: ArchitectureConfig) -> None:
    """0.9 x 80 GB - 2 bytes a parameter - 1.5 GB = 55.27 GB, at 57,344 bytes a token."""
    vllm = VllmConfig(mode="server", gpus=1, tensor_parallel=1, gpu_memory_utilization=0.9)
    cache = cache_of(shape, vllm, 80, "bfloat16")
    assert cache.size_bytes == pytest.approx(55_268_766_976)
    assert cache.tokens == 963_810


def test_a_server_holds_float32_and_a_vllm_beside_training_does_not(
    shape: ArchitectureConfig,
) -> None:
    """72 - 4 x 7.62 - 1.5 = 40.04 GB, at 114,688 bytes a token."""
    vllm = VllmConfig(mode="server", gpus=1, tensor_parallel=1, gpu_memory_utilization=0.9)
    cache = cache_of(shape, vllm, 80, "float32")
    assert cache.size_bytes == pytest.approx(40_037_533_952)
    assert cache.tokens == 349_099
    beside = vllm.model_copy(update={"mode": "colocate", "gpus": 0})
    assert cache_of(shape, beside, 80, "float32").tokens == 963_810


def test_two_gpus_that_share_a_model_hold_half_of_it_each(shape: ArchitectureConfig) -> None:
    """72 - 7.62 - 1.5 = 62.88 GB on each, at 28,672 bytes a token there."""
    vllm = VllmConfig(mode="server", gpus=2, tensor_parallel=2, gpu_memory_utilization=0.9)
    cache = cache_of(shape, vllm, 80, "bfloat16")
    assert cache.size_bytes == pytest.approx(2 * 62_884_383_488)
    assert cache.tokens == 2_193_233


def test_a_model_too_large_for_the_share_leaves_nothing(shape: ArchitectureConfig) -> None:
    vllm = VllmConfig(mode="colocate", gpus=0, tensor_parallel=1, gpu_memory_utilization=0.3)
    assert cache_of(shape, vllm, 24, "bfloat16").tokens < 0


@pytest.mark.parametrize(
    ("split", "works"), [(1, True), (2, True), (3, False), (4, True), (7, False), (28, False)]
)
def test_heads_are_split_evenly_and_shared_ones_repeated_evenly(
    shape: ArchitectureConfig, split: int, works: bool
) -> None:
    """Seven divides 28 heads, but four of keys and values can't be held by seven GPUs alike.

    28 would divide both, and not an MLP 18,944 wide.
    """
    assert splits(shape, split) is works


def test_mlp_and_padded_vocabulary_are_split_evenly_too(shape: ArchitectureConfig) -> None:
    """Qwen2.5 1.5B has 12 heads and 2 of keys and values, and 8960 is no multiple of 6.

    12 divides 8964 and 2376 times 64, and not the 2374 times 64 of its vocabulary.
    """
    small = shape.model_copy(
        update={"heads": 12, "kv_heads": 2, "intermediate_size": 8960, "vocab_size": 151_936}
    )
    assert [n for n in range(1, 13) if splits(small, n)] == [1, 2, 4]
    wider = small.model_copy(update={"intermediate_size": 8964})
    assert [n for n in range(1, 13) if splits(wider, n)] == [1, 2, 4]
    padded = wider.model_copy(update={"vocab_size": 64 * 2376 - 1})
    assert [n for n in range(1, 13) if splits(padded, n)] == [1, 2, 4, 6, 12]
