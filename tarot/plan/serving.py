"""How much vLLM can hold beside its weights.

vLLM takes `gpu_memory_utilization` of a GPU, and what its weights and a pass of its own leave of
that is the cache of keys and values. It refuses to start where the cache can't hold one sequence
as long as its context. All layers count as attending to everything, also Gemma 2's with a window.
"""

import math
from dataclasses import dataclass

from tarot.config.schema import ArchitectureConfig, VllmConfig
from tarot.plan.formats import BFLOAT16, FLOAT32

# vLLM pads the vocabulary to a multiple of it.
_VOCABULARY_UNIT = 64
# Activations of a pass over 4096 tokens, logits, CUDA graphs; an assumption.
WORK_BYTES = 1.5e9


@dataclass(frozen=True, slots=True)
class Cache:
    """The cache of one copy of the model, over the GPUs that share it: its size, and in tokens."""

    size_bytes: float
    tokens: int


def cache_of(
    shape: ArchitectureConfig, vllm: VllmConfig, gpu_memory_gb: float, dtype: str
) -> Cache:
    """What is left for keys and values; negative where not even the weights fit.

    A server takes `dtype`; beside training TRL leaves vLLM no float32.
    """
    split, width = vllm.tensor_parallel, _width(vllm, dtype)
    left = vllm.gpu_memory_utilization * gpu_memory_gb * 1e9 - _fixed_bytes(shape, vllm, width)
    return Cache(left * split, int(left // bytes_per_token(shape, split, width)))


def share_for(
    shape: ArchitectureConfig, vllm: VllmConfig, gpu_memory_gb: float, dtype: str, tokens: int
) -> float:
    """The least `gpu_memory_utilization`, in hundredths, whose cache holds so many tokens."""
    width = _width(vllm, dtype)
    cache = tokens * bytes_per_token(shape, vllm.tensor_parallel, width)
    return math.ceil((_fixed_bytes(shape, vllm, width) + cache) / (gpu_memory_gb * 1e7)) / 100


def bytes_per_token(shape: ArchitectureConfig, tensor_parallel: int, width: int) -> int:
    """Of keys and values of `width` bytes on one GPU; several hold a head that none has alone."""
    heads = max(shape.kv_heads // tensor_parallel, 1)
    return 2 * shape.layers * heads * shape.head_dim * width


def splits(shape: ArchitectureConfig, tensor_parallel: int) -> bool:
    """Whether vLLM can split heads, MLP and vocabulary into equal parts.

    Of heads of keys and values each part has as many, or each is held by as many parts.
    """
    vocabulary = math.ceil(shape.vocab_size / _VOCABULARY_UNIT) * _VOCABULARY_UNIT
    divided = (shape.heads, shape.intermediate_size, vocabulary)
    if any(number % tensor_parallel for number in divided):
        return False
    larger, smaller = sorted((shape.kv_heads, tensor_parallel), reverse=True)
    return larger % smaller == 0


def _fixed_bytes(shape: ArchitectureConfig, vllm: VllmConfig, width: int) -> float:
    """Of weights and work on one GPU."""
    return width * shape.parameters / vllm.tensor_parallel + WORK_BYTES


def _width(vllm: VllmConfig, dtype: str) -> int:
    return FLOAT32 if vllm.mode == "server" and dtype == "float32" else BFLOAT16
