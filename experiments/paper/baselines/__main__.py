"""The baselines without a schedule, average and pass@all, beside what the rule chooses.

python -m experiments.paper.baselines RUNS… out=DIR         table.md, .tex and .csv
python -m experiments.paper.baselines RUNS… out=DIR beta=0  of runs with that setting
"""

import sys

from experiments.paper.baselines import SPEC
from experiments.paper.command import table_command

if __name__ == "__main__":
    sys.exit(table_command(SPEC, __doc__))
