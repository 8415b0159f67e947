"""The ablation of the sampling temperature.

python -m experiments.paper.temperature RUNS… out=DIR            table.md, .tex and .csv
python -m experiments.paper.temperature RUNS… out=DIR beta=0.05  of runs with that setting
"""

import sys

from experiments.paper.command import table_command
from experiments.paper.temperature import SPEC

if __name__ == "__main__":
    sys.exit(table_command(SPEC, __doc__))
