"""Weights, gradients and optimizer states on one GPU in training, in bytes.

They are those of Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter
Models" (2020), sections 3.1 and 5, with the number formats in which the stack holds them. Bytes a
parameter, for bfloat16:

    null           2 + 2 + 4: weights, gradients and AdamW's moments are in `hardware.dtype`
    zero1, 2, 3    2 + 2 + 12: DeepSpeed keeps float32 weights beside the moments
    fsdp2          4 + 4 + 8: accelerate makes the weights float32 and gathers them in bfloat16

zero1 divides the last of these by the processes, zero2 the last two, zero3 and fsdp2 all.

Of adapters (Hu et al., "LoRA", 2021) gradients and moments are held alone, of 4 + 4 + 8 bytes each
where nothing is shared, as peft makes them float32. Beside weights in four bits TRL makes them
bfloat16, 2 + 2 + 4, and a linear layer takes 4 + 8/64 + 32/(64 x 256) = 4.127 bits a parameter: a
constant of 8 bits for 64 of them, and one of 32 for 256 constants (Dettmers et al., "QLoRA", 2023,
section 3). Embeddings, head, norms and stacked experts stay as they are, and a layer at work is
made whole again.

An optimizer other than AdamW counts as if it were.
"""

from dataclasses import dataclass

from tarot.config.model_shape import UNGATED
from tarot.config.schema import ArchitectureConfig, HardwareConfig, LoraConfig
from tarot.plan.formats import (
    BFLOAT16,
    FLOAT32,
    computes_narrowly,
    dtype_bytes,
    is_deepspeed,
    stored_bytes,
)

# DeepSpeed's defaults: zero_optimization.reduce_bucket_size and stage3_max_live_parameters.
_BUCKET_ELEMENTS = 5e8
_LIVE_PARAMETERS = 1e9
_NF4_BYTES = (4 + 8 / 64 + 32 / (64 * 256)) / 8


@dataclass(frozen=True, slots=True)
class ModelStates:
    """What stays on a GPU from step to step; `buffers` hold what is gathered or reduced."""

    weights: float
    gradients: float
    optimizer: float
    buffers: float
    reference: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.weights + self.gradients + self.optimizer + self.buffers + self.reference


def model_states(
    shape: ArchitectureConfig,
    hardware: HardwareConfig,
    has_reference: bool,
    lora: LoraConfig | None = None,
) -> ModelStates:
    """Weights, gradients and the states of AdamW on one of `hardware.processes`.

    Adapters are all that is trained where there are any.
    """
    if lora is not None:
        return _adapted_states(shape, hardware, lora)
    parameters, processes, sharding = shape.parameters, hardware.processes, hardware.sharding
    stored = stored_bytes(hardware)
    is_split = sharding in ("zero3", "fsdp2")
    gradient_share = processes if is_split or sharding == "zero2" else 1
    optimizer_share = processes if sharding else 1
    states = 12 if is_deepspeed(hardware) else 2 * stored
    loaded = BFLOAT16 if computes_narrowly(hardware) and sharding else dtype_bytes(hardware)
    return ModelStates(
        weights=parameters * stored / (processes if is_split else 1),
        gradients=parameters * stored / gradient_share,
        optimizer=parameters * states / optimizer_share,
        buffers=_buffers(shape, hardware),
        reference=has_reference * parameters * loaded / (processes if is_split else 1),
    )


def adapter_parameters(shape: ArchitectureConfig, lora: LoraConfig) -> int:
    """Of two matrices beside each linear layer, from its inputs to `r` and on to its outputs."""
    layers = _linear_layers(shape)
    named = layers if lora.target_modules is None else lora.target_modules
    return shape.layers * lora.r * sum(sum(layers.get(name, (0, 0))) for name in named)


def embedding_parameters(shape: ArchitectureConfig) -> int:
    """The parameters of the input and, unless they are tied, output embedding."""
    return shape.vocab_size * shape.hidden_size * (1 if shape.tie_embeddings else 2)


def _linear_layers(shape: ArchitectureConfig) -> dict[str, tuple[int, int]]:
    """Inputs and outputs of the linear layers of each layer, by name.

    Experts are stacked into one array a layer, which is none: it has no adapter, and keeps its
    number format.
    """
    hidden, inner = shape.hidden_size, shape.intermediate_size
    queries, keys = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    layers = {
        "q_proj": (hidden, queries),
        "k_proj": (hidden, keys),
        "v_proj": (hidden, keys),
        "o_proj": (queries, hidden),
    }
    if shape.experts is None:
        widening = ("up_proj",) if shape.family in UNGATED else ("gate_proj", "up_proj")
        layers |= dict.fromkeys(widening, (hidden, inner))
        layers["down_proj"] = (inner, hidden)
    return layers


def _adapted_states(
    shape: ArchitectureConfig, hardware: HardwareConfig, lora: LoraConfig
) -> ModelStates:
    """Frozen weights are the reference too."""
    full = model_states(shape, hardware, has_reference=False)
    frozen, at_work = full.weights, 0.0
    if lora.quantization is not None:
        frozen, at_work = _quantized(shape, hardware)
    narrow = "bfloat16" if lora.quantization else "float32"
    trained = model_states(
        shape.model_copy(update={"parameters": adapter_parameters(shape, lora)}),
        hardware if hardware.sharding else hardware.model_copy(update={"dtype": narrow}),
        has_reference=False,
    )
    in_parts = hardware.sharding in ("zero3", "fsdp2")
    return ModelStates(
        weights=frozen + trained.weights,
        gradients=trained.gradients,
        optimizer=trained.optimizer,
        buffers=at_work + (full.buffers if in_parts else trained.buffers),
        reference=0,
    )


def _quantized(shape: ArchitectureConfig, hardware: HardwareConfig) -> tuple[float, float]:
    """The weights with linear layers in four bits, and the largest of these made whole."""
    sizes = [inputs * outputs for inputs, outputs in _linear_layers(shape).values()]
    linear = shape.layers * sum(sizes)
    width = dtype_bytes(hardware)
    weights = linear * _NF4_BYTES + (shape.parameters - linear) * width
    return weights, max(sizes) * width


def _buffers(shape: ArchitectureConfig, hardware: HardwareConfig) -> float:
    """What is gathered to compute with, and where gradients wait to be reduced."""
    parameters, width = shape.parameters, stored_bytes(hardware)
    bucket = width * _BUCKET_ELEMENTS
    match hardware.sharding:
        case "zero1" | "zero2":
            return bucket
        case "zero3":
            return bucket + width * min(parameters, _LIVE_PARAMETERS)
        case "fsdp2":
            return _gathered_by_fsdp(shape, hardware)
        case _:
            buckets = width * parameters if hardware.processes > 1 else 0
            is_cast = hardware.dtype == "float32" and computes_narrowly(hardware)
            return buckets + (BFLOAT16 * parameters if is_cast else 0)


def _gathered_by_fsdp(shape: ArchitectureConfig, hardware: HardwareConfig) -> float:
    """Two layers and the embeddings to compute with, and the output embedding for the loss."""
    embeddings = embedding_parameters(shape)
    layer = (shape.parameters - embeddings) / shape.layers
    width = BFLOAT16 if computes_narrowly(hardware) else FLOAT32
    head = shape.vocab_size * shape.hidden_size * stored_bytes(hardware)
    return (2 * layer + embeddings) * width + head
