"""Loading a checkpoint for generation or training."""

import re
from dataclasses import dataclass

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from tarot.config.schema import ModelConfig

# As in <|endoftext|>, <|im_end|>, <end_of_turn>, <|eot_id|> and </s>.
_NAMED_AS_END = re.compile(r"im_end|end_?of|\beo[stm](?:_|\b)|^</s>$")


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

    @property
    def turn_ends(self) -> dict[int, str]:
        """Every token that may be meant as the end of a completion, by its id.

        Those of `eos_token_ids`, the special tokens with which the chat template closes an answer,
        and special tokens that are named as an end, such as one whose place `model.eos_token` took.
        """
        added = self.tokenizer.added_tokens_decoder
        special = {number: token.content for number, token in added.items() if token.special}
        closing = special.keys() & _closing_ids(self.tokenizer)
        named = {number for number, name in special.items() if _NAMED_AS_END.search(name)}
        ends = sorted({*self.eos_token_ids, *closing, *named})
        return {number: self.tokenizer.decode([number]) for number in ends}


def load_model(
    checkpoint: str, model: ModelConfig, dtype: str, quantization: str | None = None
) -> LoadedModel:
    """Load `checkpoint` (a hub id or a folder) in `dtype`, padded on the left.

    `model.eos_token` takes the place of all tokens that would end a completion. What is quantized
    is put on the process's GPU.
    """
    tokenizer = load_tokenizer(checkpoint, model)
    weights = AutoModelForCausalLM.from_pretrained(
        checkpoint,
        revision=revision_of(checkpoint, model),
        dtype=getattr(torch, dtype),
        quantization_config=quantization_config(quantization, dtype),
    )
    if model.eos_token is not None:
        weights.generation_config.eos_token_id = tokenizer.eos_token_id
    return LoadedModel(weights=weights, tokenizer=tokenizer)


def quantization_config(quantization: str | None, dtype: str) -> BitsAndBytesConfig | None:
    """How linear layers but the head are held in four bits, and computed with in `dtype`.

    By Dettmers et al., "QLoRA" (2023), section 3: NormalFloat, with quantized constants.
    """
    if quantization is None:
        return None
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=quantization,
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=getattr(torch, dtype),
    )


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


def _closing_ids(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The tokens that the chat template puts after an answer."""
    if tokenizer.chat_template is None:
        return []
    answer = "an answer"
    turns = [{"role": "user", "content": "a question"}, {"role": "assistant", "content": answer}]
    text = str(tokenizer.apply_chat_template(turns, tokenize=False))
    closing = text.rpartition(answer)[2]
    return list(tokenizer(closing, add_special_tokens=False)["input_ids"])
