"""The main table: every model under every policy on the seven benchmarks."""

from pathlib import Path

from experiments.paper.spec import Spec

SPEC = Spec("TAROT: main table", Path(__file__).parent, has_family=True)
