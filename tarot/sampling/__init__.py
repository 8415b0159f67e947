"""Models and completions: everything that loads weights or generates text."""

from tarot.sampling.checkpoints import local_checkpoint
from tarot.sampling.generation import Completion, Sampler, sample
from tarot.sampling.loading import LoadedModel, load_model, load_tokenizer
from tarot.sampling.prompt_lengths import prompt_lengths, short_enough

__all__ = [
    "Completion",
    "LoadedModel",
    "Sampler",
    "load_model",
    "load_tokenizer",
    "local_checkpoint",
    "prompt_lengths",
    "sample",
    "short_enough",
]
