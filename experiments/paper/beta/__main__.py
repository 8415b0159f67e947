"""The ablation of the KL coefficient.

python -m experiments.paper.beta RUNS… out=DIR                  table.md, .tex and .csv
python -m experiments.paper.beta RUNS… out=DIR temperature=0.7  of runs with that setting
"""

import sys

from experiments.paper.beta import SPEC
from experiments.paper.command import table_command

if __name__ == "__main__":
    sys.exit(table_command(SPEC, __doc__))
