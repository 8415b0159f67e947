"""The ablation of the KL coefficient."""

from pathlib import Path

from experiments.paper.spec import Spec

SPEC = Spec(
    "TAROT: KL coefficient (beta)",
    Path(__file__).parent,
    axis="beta",
    values=(0.01, 0.05, 0.1),
)
