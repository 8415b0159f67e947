"""The main table: every model under every policy on the seven benchmarks.

python -m experiments.paper.main RUNS… out=DIR         table.md, .tex and .csv
python -m experiments.paper.main RUNS… out=DIR beta=0  of runs with that setting
"""

import sys

from experiments.paper.command import table_command
from experiments.paper.main import SPEC

if __name__ == "__main__":
    sys.exit(table_command(SPEC, __doc__))
