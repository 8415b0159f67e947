"""The memory of one GPU in training, in bytes, from the model's shape and the set-up.

It has two peaks: when completions are generated, and when the model trains on them. What vLLM
reserves beside training it holds in both, unless it sleeps: then it gives weights and cache back
(vLLM's sleep mode, of level 2 in TRL) and keeps what its kernels work with. Transformers holds keys
and values of all completions that are generated at once, and nothing between. Gradients are freed
after an update where nothing is shared out, so the second peak has none of them.

Fragmentation, the cold start and what is loaded beside a finished training are not covered.
"""

from dataclasses import dataclass

from tarot.config.schema import ArchitectureConfig, HardwareConfig, LoraConfig
from tarot.plan.activations import Activations, Sequences, activations
from tarot.plan.formats import BFLOAT16, FLOAT32, computes_narrowly
from tarot.plan.serving import WORK_BYTES, bytes_per_token
from tarot.plan.states import ModelStates, model_states

# CUDA's context, NCCL and workspaces of kernels; an assumption.
CONTEXT_BYTES = 2e9


@dataclass(frozen=True, slots=True)
class Generated:
    """Completions that a process generates at once, and whether within an update."""

    number: int
    within_update: bool = False


@dataclass(frozen=True, slots=True)
class GpuMemory:
    """All that one GPU holds.

    `generation` is what a vLLM beside training reserves or the cache of transformers, and of it
    `resident` stays while the model trains. `idle` is what of `states` is there while it generates.
    """

    states: ModelStates
    idle: float
    activations: Activations
    generation: float
    resident: float
    context: float

    @property
    def training(self) -> float:
        """At the peak of a training pass."""
        return self.states.total + self.activations.total + self.resident + self.context

    @property
    def generating(self) -> float:
        """While completions are generated."""
        return self.idle + self.generation + self.context

    @property
    def total(self) -> float:
        """At the higher of both."""
        return max(self.training, self.generating)


def gpu_memory(
    shape: ArchitectureConfig,
    hardware: HardwareConfig,
    sequences: Sequences,
    has_reference: bool,
    lora: LoraConfig | None = None,
    generated: Generated | None = None,
) -> GpuMemory:
    """What a GPU that trains holds at the peak; `has_reference` where a KL term needs one.

    `generated` is told where transformers generates.
    """
    states = model_states(shape, hardware, has_reference, lora)
    is_freed = hardware.sharding is None and not (generated and generated.within_update)
    generation, resident = _of_vllm(hardware)
    if hardware.vllm is None and generated is not None:
        generation = cache_bytes(shape, hardware, generated.number * sequences.length)
    return GpuMemory(
        states=states,
        idle=states.total - (states.gradients if is_freed else 0),
        activations=activations(shape, hardware, sequences, trains_head=lora is None),
        generation=generation,
        resident=resident,
        context=CONTEXT_BYTES,
    )


def cache_bytes(shape: ArchitectureConfig, hardware: HardwareConfig, tokens: int) -> float:
    """Keys and values of so many tokens, as transformers holds them."""
    width = BFLOAT16 if computes_narrowly(hardware) else FLOAT32
    return tokens * bytes_per_token(shape, tensor_parallel=1, width=width)


def _of_vllm(hardware: HardwareConfig) -> tuple[float, float]:
    """What a vLLM beside training reserves, and what stays of it while the model trains."""
    vllm = hardware.vllm
    if vllm is None or vllm.mode != "colocate":
        return 0.0, 0.0
    reserved = vllm.gpu_memory_utilization * (hardware.gpu_memory_gb or 0) * 1e9
    return reserved, min(reserved, WORK_BYTES) if vllm.sleep else reserved
