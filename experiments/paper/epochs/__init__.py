"""Training for three epochs, the curriculum stretched over them, beside one."""

from pathlib import Path

from experiments.paper.spec import Spec

SPEC = Spec(
    "TAROT: three epochs",
    Path(__file__).parent,
    axis="epochs",
    values=(1.0, 3.0),
)
