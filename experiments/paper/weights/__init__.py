"""The weights ablation: the same easy-to-hard schedule under three sets of tier weights."""

from pathlib import Path

from experiments.paper.spec import Spec

SPEC = Spec(
    "TAROT: weights of the tiers",
    Path(__file__).parent,
    policies=("forward_uniform", "forward_bi", "forward_ce"),
    reference="forward_uniform",
)
