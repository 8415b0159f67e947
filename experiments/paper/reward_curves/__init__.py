"""The reward of each policy over training, model by model."""

from pathlib import Path

from experiments.paper.spec import Spec

SPEC = Spec("TAROT: reward over training", Path(__file__).parent)
METRIC = "reward"
