"""Loading a checkpoint for generation or training."""

from dataclasses import dataclass

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from tarot.config.schema import ModelConfig


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """Weights and the tokenizer that goes with them."""

    weights: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase

    @property
    def eos_token_ids(self) -> list[int]:
        """Every token that ends a completion: the tokenizer's, and what the model declares."""
        declared = self.weights.generation_config.eos_token_id
        ids = [
            self.tokenizer.eos_token_id,
            *(declared if isinstance(declared, list) else [declared]),
        ]
        return [token for token in dict.fromkeys(ids) if token is not None]


def load_model(checkpoint: str, model: ModelConfig, dtype: str) -> LoadedModel:
    """Load `checkpoint` (a hub id or a folder) in `dtype`, padded on the left.

    `model.eos_token` takes the place of all tokens that would end a completion.
    """
    tokenizer = load_tokenizer(checkpoint, model)
    weights = AutoModelForCausalLM.from_pretrained(
        checkpoint, revision=revision_of(checkpoint, model), dtype=getattr(torch, dtype)
    )
    if model.eos_token is not None:
        weights.generation_config.eos_token_id = tokenizer.eos_token_id
    return LoadedModel(weights=weights, tokenizer=tokenizer)


def load_tokenizer(checkpoint: str, model: ModelConfig) -> PreTrainedTokenizerBase:
    """The tokenizer of `checkpoint`, padding on the left, with `model.eos_token` at the end."""
    revision = revision_of(checkpoint, model)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint, revision=revision, padding_side="left")
    if model.eos_token is not None:
        tokenizer.eos_token = model.eos_token
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def revision_of(checkpoint: str, model: ModelConfig) -> str | None:
    """The revision to load of a checkpoint of the hub; None for one that was made here."""
    return model.revision if checkpoint == model.id else None
