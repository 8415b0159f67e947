"""The weights ablation: the same easy-to-hard schedule under three sets of tier weights.

python -m experiments.paper.weights RUNS… out=DIR         table.md, .tex and .csv
python -m experiments.paper.weights RUNS… out=DIR beta=0  of runs with that setting

RUNS are run directories, sweeps, and folders of untuned models' evaluations, in any order; a run
that is not there leaves a hole. Without `out` the files go to the folder of this table.
"""

import sys

from experiments.command import run_command
from experiments.paper.command import run_table
from experiments.paper.weights import SPEC

if __name__ == "__main__":
    sys.exit(run_command(lambda arguments: run_table(SPEC, arguments), __doc__))
