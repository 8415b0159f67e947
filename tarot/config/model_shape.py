"""The architecture of a model, from the config.json that transformers writes.

The number of parameters follows from the shape, with an MLP of three matrices and no bias but
those that are declared; what a model has besides is a fraction of a percent. Models that are built
otherwise, with shared experts, compressed keys and values or linear attention, are not counted.
"""

from collections.abc import Mapping
from typing import Any

from tarot.types import UserError

# In their configs these are left out where they are as their classes have them.
_TIED = frozenset({"gemma", "gemma2", "gemma3_text", "cohere", "smollm3", "starcoder2"})
_BIASED = frozenset({"qwen2", "qwen2_moe"})
# The MLP has two matrices.
UNGATED = frozenset({"gpt_neox", "nemotron", "phi", "starcoder2"})
# Two norms more a layer, behind attention and MLP.
FOUR_NORMS = frozenset({"gemma2", "gemma3_text"})
# Queries and keys have norms of their own.
HEAD_NORMS = frozenset({"gemma3_text", "qwen3", "qwen3_moe"})
_NUMBER_OF_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")
_UNCOUNTED = (
    "first_k_dense_replace",
    "kv_lora_rank",
    "n_shared_experts",
    "shared_expert_intermediate_size",
)
_COUNTED_LAYERS = frozenset({"full_attention", "sliding_attention", "chunked_attention"})
_PLAIN = {
    "family": "model_type",
    "layers": "num_hidden_layers",
    "hidden_size": "hidden_size",
    "heads": "num_attention_heads",
    "vocab_size": "vocab_size",
    "context_length": "max_position_embeddings",
}

Json = Mapping[str, Any]


def check_kind(config: Json) -> None:
    """UserError, without the key, for a model that is not of the kind that can be trained."""
    if config.get("is_encoder_decoder"):
        raise UserError("it encodes and decodes; a model that only decodes is needed")
    names = config.get("architectures") or []
    if names and not any(name.endswith(("ForCausalLM", "Generation")) for name in names):
        raise UserError(f"it is a {names[0]}, and none that writes text")
    quantization = config.get("quantization_config")
    if quantization:
        method = quantization.get("quant_method", "some method")
        raise UserError(
            f"it is quantized already ({method}); give the model that it was made of, and "
            "trainer=qlora to train adapters of it in four bits"
        )


def shape_of(config: Json) -> dict[str, Any]:
    """What `model.architecture` asks for, as far as the config says it; the rest is None."""
    text = config.get("text_config") or config
    shape = {key: text.get(name) for key, name in _PLAIN.items()}
    heads, hidden = shape["heads"], shape["hidden_size"]
    shape["kv_heads"] = text.get("num_key_value_heads") or heads
    shape["head_dim"] = text.get("head_dim") or (hidden // heads if hidden and heads else None)
    shape["tie_embeddings"] = _is_tied(config, text)
    shape["experts"] = _experts(text)
    wide = text.get("intermediate_size")
    shape["intermediate_size"] = wide
    if shape["experts"] is not None:
        shape["intermediate_size"] = text.get("moe_intermediate_size") or wide
    shape["parameters"] = None if uncounted(config) else _parameters(shape, text)
    return shape


def uncounted(config: Json) -> str | None:
    """What of the model its number of parameters can't be told for; None for other models."""
    text = config.get("text_config") or config
    kinds = set(text.get("layer_types") or ()) - _COUNTED_LAYERS
    named = [name for name in _UNCOUNTED if text.get(name)] + sorted(kinds)
    return ", ".join(named) or None


def _is_tied(config: Json, text: Json) -> bool:
    for node in (config, text):
        if node.get("tie_word_embeddings") is not None:
            return bool(node["tie_word_embeddings"])
    return text.get("model_type") in _TIED


def _experts(text: Json) -> dict[str, int] | None:
    number = next((text[name] for name in _NUMBER_OF_EXPERTS if text.get(name)), None)
    active = text.get("num_experts_per_tok")
    return None if number is None or active is None else {"number": number, "active": active}


def _parameters(shape: Json, text: Json) -> int | None:
    if any(shape[key] is None for key in (*_PLAIN, "intermediate_size")):
        return None
    family, hidden, dim = shape["family"], shape["hidden_size"], shape["head_dim"]
    queries, keys = shape["heads"] * dim, shape["kv_heads"] * dim
    attention = 2 * hidden * (queries + keys)
    if family in _BIASED:
        attention += queries + 2 * keys
    elif text.get("attention_bias"):
        attention += queries + 2 * keys + hidden
    norms = (4 if family in FOUR_NORMS else 2) * hidden
    norms += 2 * dim if family in HEAD_NORMS else 0
    mlp = (2 if family in UNGATED else 3) * hidden * shape["intermediate_size"]
    if shape["experts"] is not None:
        mlp = shape["experts"]["number"] * (mlp + hidden)
    embeddings = shape["vocab_size"] * hidden * (1 if shape["tie_embeddings"] else 2)
    return int(shape["layers"] * (attention + norms + mlp) + embeddings + hidden)
