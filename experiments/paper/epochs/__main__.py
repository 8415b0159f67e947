"""Training for three epochs, the curriculum stretched over them, beside one.

python -m experiments.paper.epochs RUNS… out=DIR            table.md, .tex and .csv
python -m experiments.paper.epochs RUNS… out=DIR beta=0.05  of runs with that setting
"""

import sys

from experiments.paper.command import table_command
from experiments.paper.epochs import SPEC

if __name__ == "__main__":
    sys.exit(table_command(SPEC, __doc__))
