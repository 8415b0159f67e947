"""The memory of one GPU in training, in bytes, from the model's shape and the set-up.

Weights, gradients and optimizer states are those of Rajbhandari et al., "ZeRO: Memory
Optimizations Toward Training Trillion Parameter Models" (2020), sections 3.1 and 5, with the
number formats in which the stack holds them. Bytes a parameter, for bfloat16:

    null           2 + 2 + 4: weights, gradients and AdamW's moments are in `hardware.dtype`
    zero1, 2, 3    2 + 2 + 12: DeepSpeed keeps float32 weights beside the moments
    fsdp2          4 + 4 + 8: accelerate makes the weights float32 and gathers them in bfloat16

zero1 divides the last of these by the processes, zero2 the last two, zero3 and fsdp2 all. What
activations need follows from the tensors that one layer saves (as in Korthikanti et al., "Reducing
Activation Recomputation in Large Transformer Models", 2022, section 4, for RMSNorm and SwiGLU);
with gradient checkpointing only the input of each layer is kept. The loss never holds all logits:
TRL computes them in tiles, and gradients of the output embedding, unless it is frozen, in float32.

Every sequence counts as long as it can get. Fragmentation, the cold start and the evaluations are
not covered, and an optimizer other than AdamW counts as if it were.
"""

from dataclasses import dataclass

from tarot.config.schema import ArchitectureConfig, HardwareConfig, LoraConfig

_FLOAT32, _BFLOAT16 = 4, 2
# DeepSpeed's defaults: zero_optimization.reduce_bucket_size and stage3_max_live_parameters.
_BUCKET_ELEMENTS = 5e8
_LIVE_PARAMETERS = 1e9
# TRL's tiles of logits, in tokens and entries of the vocabulary.
_TILE = 4096 * 32768
# CUDA's context, NCCL and workspaces of kernels; an assumption.
_CONTEXT_BYTES = 2e9
# In transformers Gemma 2 has no fused attention, for its soft cap: whole score matrices are held.
_EAGER_FAMILIES = frozenset({"gemma2"})
# Queries and keys have norms of their own.
_NORMED_HEADS = frozenset({"qwen3", "qwen3_moe"})


@dataclass(frozen=True, slots=True)
class Sequences:
    """What one process computes at once: sequences, and how many tokens each has at most."""

    number: int
    prompt_tokens: int
    completion_tokens: int

    @property
    def length(self) -> int:
        """Tokens of one sequence."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def tokens(self) -> int:
        """Tokens of all of them."""
        return self.number * self.length


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


@dataclass(frozen=True, slots=True)
class Activations:
    """`kept` for the backward pass, to which comes a `layer` at work or, before it, the `loss`."""

    kept: float
    layer: float
    loss: float

    @property
    def total(self) -> float:
        """At the peak."""
        return self.kept + max(self.layer, self.loss)


@dataclass(frozen=True, slots=True)
class GpuMemory:
    """All that one GPU holds; `generation` is what a vLLM beside training reserves."""

    states: ModelStates
    activations: Activations
    generation: float
    context: float

    @property
    def total(self) -> float:
        """At the peak."""
        return self.states.total + self.activations.total + self.generation + self.context


def gpu_memory(
    shape: ArchitectureConfig,
    hardware: HardwareConfig,
    sequences: Sequences,
    has_reference: bool,
    lora: LoraConfig | None = None,
) -> GpuMemory:
    """What a GPU that trains holds at the peak; `has_reference` where a KL term needs one."""
    vllm = hardware.vllm
    shares = vllm is not None and vllm.mode == "colocate"
    generation = vllm.gpu_memory_utilization if vllm is not None and shares else 0.0
    return GpuMemory(
        states=model_states(shape, hardware, has_reference, lora),
        activations=activations(shape, hardware, sequences, trains_head=lora is None),
        generation=generation * (hardware.gpu_memory_gb or 0) * 1e9,
        context=_CONTEXT_BYTES,
    )


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
    stored = _stored_bytes(hardware)
    is_split = sharding in ("zero3", "fsdp2")
    gradient_share = processes if is_split or sharding == "zero2" else 1
    optimizer_share = processes if sharding else 1
    states = 12 if _is_deepspeed(hardware) else 2 * stored
    loaded = _BFLOAT16 if _computes_narrowly(hardware) and sharding else _dtype_bytes(hardware)
    return ModelStates(
        weights=parameters * stored / (processes if is_split else 1),
        gradients=parameters * stored / gradient_share,
        optimizer=parameters * states / optimizer_share,
        buffers=_buffers(shape, hardware),
        reference=has_reference * parameters * loaded / (processes if is_split else 1),
    )


def adapter_parameters(shape: ArchitectureConfig, lora: LoraConfig) -> int:
    """Of two matrices beside each linear layer, from its inputs to `r` and on to its outputs.

    Experts are stacked into one array a layer, which is no linear layer and has no adapter.
    """
    hidden, inner = shape.hidden_size, shape.intermediate_size
    queries, keys = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    widths = {
        "q_proj": hidden + queries,
        "k_proj": hidden + keys,
        "v_proj": hidden + keys,
        "o_proj": queries + hidden,
    }
    if shape.experts is None:
        widths |= dict.fromkeys(("gate_proj", "up_proj", "down_proj"), hidden + inner)
    named = widths if lora.target_modules is None else lora.target_modules
    return shape.layers * lora.r * sum(widths.get(name, 0) for name in named)


def activations(
    shape: ArchitectureConfig,
    hardware: HardwareConfig,
    sequences: Sequences,
    *,
    trains_head: bool = True,
) -> Activations:
    """What the forward pass keeps, and the most that the backward pass works on."""
    width = _BFLOAT16 if _computes_narrowly(hardware) else _FLOAT32
    residual = width if hardware.sharding else _dtype_bytes(hardware)
    saved = saved_by_layer(shape, sequences, width)
    at_work = width * _worked_on(shape) * sequences.tokens
    if shape.family in _EAGER_FAMILIES:
        at_work += _scores(shape, sequences, width)
    inputs = shape.layers * shape.hidden_size * residual * sequences.tokens
    loss = _loss(shape, sequences, width)
    if trains_head:
        loss += shape.vocab_size * shape.hidden_size * (_FLOAT32 + width)
    if hardware.gradient_checkpointing:
        return Activations(kept=inputs, layer=saved + at_work, loss=loss)
    return Activations(kept=shape.layers * saved, layer=at_work, loss=loss)


def saved_by_layer(shape: ArchitectureConfig, sequences: Sequences, width: int) -> int:
    """Bytes that one layer saves for its backward pass, in numbers of `width` bytes.

    A norm saves its input in float32, the normalised and the result; attention queries, keys and
    values repeated for all heads, and the result, and the mask where it is fused; the MLP gate,
    activation, up and their product. A mixture does so for each of a token's experts, and saves
    what goes in and comes out of each; the router is left out.
    """
    norms = 4 if shape.family == "gemma2" else 2
    norm = (_FLOAT32 + 2 * width) * shape.hidden_size
    attention = 4 * width * shape.heads * shape.head_dim
    if shape.family in _NORMED_HEADS:
        attention += (_FLOAT32 + width) * (shape.heads + shape.kv_heads) * shape.head_dim
    mlp = 4 * shape.intermediate_size + (2 * shape.hidden_size if shape.experts else 0)
    by_token = norms * norm + attention + width * shape.active_experts * mlp
    if shape.family in _EAGER_FAMILIES:
        return by_token * sequences.tokens + _scores(shape, sequences, width)
    return (by_token + width * sequences.length) * sequences.tokens


def embedding_parameters(shape: ArchitectureConfig) -> int:
    """The parameters of the input and, unless they are tied, output embedding."""
    return shape.vocab_size * shape.hidden_size * (1 if shape.tie_embeddings else 2)


def _adapted_states(
    shape: ArchitectureConfig, hardware: HardwareConfig, lora: LoraConfig
) -> ModelStates:
    """Frozen weights are the reference too; 16 bytes an adapter's parameter in every set-up."""
    full = model_states(shape, hardware, has_reference=False)
    adapters = adapter_parameters(shape, lora)
    trained = model_states(
        shape.model_copy(update={"parameters": adapters}),
        hardware if hardware.sharding else hardware.model_copy(update={"dtype": "float32"}),
        has_reference=False,
    )
    return ModelStates(
        weights=full.weights + trained.weights,
        gradients=trained.gradients,
        optimizer=trained.optimizer,
        buffers=full.buffers if hardware.sharding in ("zero3", "fsdp2") else trained.buffers,
        reference=0,
    )


def _worked_on(shape: ArchitectureConfig) -> int:
    """Numbers a token, in the backward pass of an MLP: gradients, of experts their inputs' too."""
    mlp = 3 * shape.intermediate_size + (shape.hidden_size if shape.experts else 0)
    return shape.active_experts * mlp


def _scores(shape: ArchitectureConfig, sequences: Sequences, width: int) -> int:
    """What unfused attention saves: tanh and weights, and the softmax in float32."""
    scores = sequences.number * shape.heads * sequences.length**2
    return (_FLOAT32 + 2 * width) * scores


def _loss(shape: ArchitectureConfig, sequences: Sequences, width: int) -> float:
    """The backward pass of TRL's tiled log-probabilities, but for the output embedding."""
    tokens = sequences.number * sequences.completion_tokens
    hidden = tokens * shape.hidden_size * (_FLOAT32 + 2 * width)
    return hidden + _TILE * width


def _buffers(shape: ArchitectureConfig, hardware: HardwareConfig) -> float:
    """What is gathered to compute with, and where gradients wait to be reduced."""
    parameters, width = shape.parameters, _stored_bytes(hardware)
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
            is_cast = hardware.dtype == "float32" and _computes_narrowly(hardware)
            return buckets + (_BFLOAT16 * parameters if is_cast else 0)


def _gathered_by_fsdp(shape: ArchitectureConfig, hardware: HardwareConfig) -> float:
    """Two layers and the embeddings to compute with, and the output embedding for the loss."""
    embeddings = embedding_parameters(shape)
    layer = (shape.parameters - embeddings) / shape.layers
    width = _BFLOAT16 if _computes_narrowly(hardware) else _FLOAT32
    head = shape.vocab_size * shape.hidden_size * _stored_bytes(hardware)
    return (2 * layer + embeddings) * width + head


def _stored_bytes(hardware: HardwareConfig) -> int:
    """Of one weight, and of one gradient."""
    if hardware.autocast is not None and hardware.sharding is not None:
        return _BFLOAT16 if _is_deepspeed(hardware) else _FLOAT32
    return _dtype_bytes(hardware)


def _is_deepspeed(hardware: HardwareConfig) -> bool:
    return (hardware.sharding or "").startswith("zero")


def _computes_narrowly(hardware: HardwareConfig) -> bool:
    return hardware.autocast == "bfloat16" or hardware.dtype == "bfloat16"


def _dtype_bytes(hardware: HardwareConfig) -> int:
    return _FLOAT32 if hardware.dtype == "float32" else _BFLOAT16
