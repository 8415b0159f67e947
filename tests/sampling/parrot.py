"""A model that can say a few short texts and nothing else."""

from itertools import pairwise
from pathlib import Path

import torch

from tarot.config.schema import ModelConfig
from tarot.sampling import LoadedModel, load_model
from tarot.sampling.random_weights import save_random_checkpoint
from tests.sampling.small_models import small

WIDTH = 512


def parrot() -> ModelConfig:
    shape = small("tiny").architecture
    wide = {
        "hidden_size": WIDTH,
        "head_dim": WIDTH // shape.heads,
        "vocab_size": WIDTH,
        "tie_embeddings": False,
    }
    return small("tiny").model_copy(update={"architecture": shape.model_copy(update=wide)})


def save_parrot(folder: Path, *texts: str) -> LoadedModel:
    """A checkpoint that answers with one of `texts`, in none of which a character repeats.

    Its layers add nothing, so the next character hangs on the last one alone; where texts
    branch, each branch is equally likely.
    """
    save_random_checkpoint(parrot(), folder)
    loaded = load_model(str(folder), parrot(), "float32")
    weights, tokenizer = loaded.weights, loaded.tokenizer
    with torch.no_grad():
        for parameter in weights.parameters():
            parameter.zero_()
        weights.model.norm.weight.fill_(1.0)
        weights.get_input_embeddings().weight.copy_(torch.eye(WIDTH))
        for text in texts:
            chain = tokenizer(f"\n{text}{tokenizer.eos_token}")["input_ids"]
            for last, following in pairwise(chain):
                weights.get_output_embeddings().weight[following, last] = 1.0
    weights.save_pretrained(folder)
    return loaded
