"""What the forward pass of a training step keeps on a GPU, in bytes, and what works on it.

It follows from the tensors that one layer saves (as in Korthikanti et al., "Reducing Activation
Recomputation in Large Transformer Models", 2022, section 4, for RMSNorm and SwiGLU); with gradient
checkpointing only the input of each layer is kept. The loss never holds all logits: TRL computes
them in tiles, and gradients of the output embedding, unless it is frozen, in float32. Every
sequence counts as long as it can get.
"""

from dataclasses import dataclass

from tarot.config.model_shape import FOUR_NORMS, HEAD_NORMS
from tarot.config.schema import ArchitectureConfig, HardwareConfig
from tarot.plan.formats import BFLOAT16, FLOAT32, computes_narrowly, dtype_bytes

# TRL's tiles of logits, in tokens and entries of the vocabulary.
_TILE = 4096 * 32768
# In transformers Gemma 2 has no fused attention, for its soft cap: whole score matrices are held.
_EAGER_FAMILIES = frozenset({"gemma2"})


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
class Activations:
    """`kept` for the backward pass, to which comes a `layer` at work or, before it, the `loss`."""

    kept: float
    layer: float
    loss: float

    @property
    def total(self) -> float:
        """At the peak."""
        return self.kept + max(self.layer, self.loss)


def activations(
    shape: ArchitectureConfig,
    hardware: HardwareConfig,
    sequences: Sequences,
    *,
    trains_head: bool = True,
) -> Activations:
    """What the forward pass keeps, and the most that the backward pass works on."""
    width = BFLOAT16 if computes_narrowly(hardware) else FLOAT32
    residual = width if hardware.sharding else dtype_bytes(hardware)
    saved = saved_by_layer(shape, sequences, width)
    at_work = width * _worked_on(shape) * sequences.tokens
    if shape.family in _EAGER_FAMILIES:
        at_work += _scores(shape, sequences, width)
    inputs = shape.layers * shape.hidden_size * residual * sequences.tokens
    loss = _loss(shape, sequences, width)
    if trains_head:
        loss += shape.vocab_size * shape.hidden_size * (FLOAT32 + width)
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
    norms = 4 if shape.family in FOUR_NORMS else 2
    norm = (FLOAT32 + 2 * width) * shape.hidden_size
    attention = 4 * width * shape.heads * shape.head_dim
    if shape.family in HEAD_NORMS:
        attention += (FLOAT32 + width) * (shape.heads + shape.kv_heads) * shape.head_dim
    mlp = 4 * shape.intermediate_size + (2 * shape.hidden_size if shape.experts else 0)
    by_token = norms * norm + attention + width * shape.active_experts * mlp
    if shape.family in _EAGER_FAMILIES:
        return by_token * sequences.tokens + _scores(shape, sequences, width)
    return (by_token + width * sequences.length) * sequences.tokens


def _worked_on(shape: ArchitectureConfig) -> int:
    """Numbers a token, in the backward pass of an MLP: gradients, of experts their inputs' too."""
    mlp = 3 * shape.intermediate_size + (shape.hidden_size if shape.experts else 0)
    return shape.active_experts * mlp


def _scores(shape: ArchitectureConfig, sequences: Sequences, width: int) -> int:
    """What unfused attention saves: tanh and weights, and the softmax in float32."""
    scores = sequences.number * shape.heads * sequences.length**2
    return (FLOAT32 + 2 * width) * scores


def _loss(shape: ArchitectureConfig, sequences: Sequences, width: int) -> float:
    """The backward pass of TRL's tiled log-probabilities, but for the output embedding."""
    tokens = sequences.number * sequences.completion_tokens
    hidden = tokens * shape.hidden_size * (FLOAT32 + 2 * width)
    return hidden + _TILE * width
