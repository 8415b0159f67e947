"""The ablation of the sampling temperature."""

from pathlib import Path

from experiments.paper.spec import Spec

SPEC = Spec(
    "TAROT: sampling temperature",
    Path(__file__).parent,
    axis="temperature",
    values=(0.5, 0.7, 1.0),
)
