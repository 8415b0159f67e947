"""Models and completions: everything that loads weights or generates text."""

from tarot.sampling.checkpoints import local_checkpoint
from tarot.sampling.generation import Completion, SamplingSettings, sample
from tarot.sampling.loading import LoadedModel, load_model

__all__ = [
    "Completion",
    "LoadedModel",
    "SamplingSettings",
    "load_model",
    "local_checkpoint",
    "sample",
]
