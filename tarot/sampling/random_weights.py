"""Random-weight checkpoints of a real architecture, with a byte-level tokenizer.

They have the chat template that the architecture's own models ship, so prompts, templates and
trainers can be tried without a download. They can't solve anything.
"""

from importlib import resources
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    PretrainedConfig,
    PreTrainedTokenizerFast,
)

from tarot.config.schema import ArchitectureConfig, ModelConfig

_TEMPLATES = {
    "qwen2": "qwen2_5",
    "qwen3": "qwen3_instruct_2507",
    "qwen3_moe": "qwen3_instruct_2507",  # ChatML, as in its own template
    "gemma2": "gemma",
    "llama": "qwen2_5",  # of the llamas in conf/model, all are trained on ChatML too
}
_CHATML = {"bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
_GEMMA = {"bos_token": "<bos>", "eos_token": "<end_of_turn>", "pad_token": "<pad>"}
_EXTRA = {"gemma2": ["<start_of_turn>"]}
_SEED = 0


def save_random_checkpoint(model: ModelConfig, folder: Path) -> None:
    """Write a model of `model.architecture` with random weights, and its tokenizer, to `folder`."""
    tokenizer = byte_tokenizer(model.architecture.family)
    config = transformers_config(
        model.architecture,
        vocab_size=max(model.architecture.vocab_size, len(tokenizer)),
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(_SEED)
        weights = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    weights.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def transformers_config(shape: ArchitectureConfig, **changes: int | None) -> PretrainedConfig:
    """The architecture as transformers describes it, with `changes` to single fields."""
    fields = {
        "hidden_size": shape.hidden_size,
        "intermediate_size": shape.intermediate_size,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "vocab_size": shape.vocab_size,
        "tie_word_embeddings": shape.tie_embeddings,
    }
    if shape.experts is not None:
        fields |= {
            "moe_intermediate_size": shape.intermediate_size,
            "num_experts": shape.experts.number,
            "num_experts_per_tok": shape.experts.active,
        }
    return AutoConfig.for_model(shape.family, **fields | changes)


def byte_tokenizer(family: str) -> PreTrainedTokenizerFast:
    """One token a byte plus the special tokens of `family`, with that family's chat template."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: index for index, character in enumerate(alphabet)}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    backend.decoder = decoders.ByteLevel()
    special = _GEMMA if family.startswith("gemma") else _CHATML
    extra = _EXTRA.get(family, ["<|im_start|>"])
    names = [token for token in special.values() if token is not None] + extra
    backend.add_special_tokens([AddedToken(name, special=True) for name in names])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, **special)
    template = resources.files("trl") / "chat_templates" / f"{_TEMPLATES[family]}.jinja"
    tokenizer.chat_template = template.read_text()
    return tokenizer
