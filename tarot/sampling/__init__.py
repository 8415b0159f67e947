"""Models and completions: everything that loads weights or generates text."""

from tarot.sampling.checkpoints import local_checkpoint
from tarot.sampling.generation import (
    Completion,
    GreedyAnswer,
    Sampler,
    greedy_answers,
    sample,
)
from tarot.sampling.loading import LoadedModel, load_model, load_tokenizer
from tarot.sampling.prompt_lengths import prompt_lengths, short_enough

__all__ = [
    "Completion",
    "GreedyAnswer",
    "LoadedModel",
    "Sampler",
    "greedy_answers",
    "load_model",
    "load_tokenizer",
    "local_checkpoint",
    "prompt_lengths",
    "sample",
    "short_enough",
]
