"""The baselines without a schedule, average and pass@all, beside what the rule chooses."""

from pathlib import Path

from experiments.paper.naming import ADAPTIVE, UNTUNED
from experiments.paper.spec import Spec

SPEC = Spec(
    "TAROT: baselines",
    Path(__file__).parent,
    policies=(UNTUNED, "average", "pass_at_all", ADAPTIVE),
    reference="average",
)
