"""The length of completions against how much of their suites they pass, model by model."""

from pathlib import Path

from experiments.paper.spec import Spec

SPEC = Spec("TAROT: length against score", Path(__file__).parent)
