"""The weights ablation: the same easy-to-hard schedule under three sets of tier weights.

python -m experiments.paper.weights RUNS… out=DIR         table.md, .tex and .csv
python -m experiments.paper.weights RUNS… out=DIR beta=0  of runs with that setting
"""

import sys

from experiments.paper.command import table_command
from experiments.paper.weights import SPEC

if __name__ == "__main__":
    sys.exit(table_command(SPEC, __doc__))
