"""Length against score: a figure, and a table of how long completions were.

python -m experiments.paper.length RUNS… out=DIR         table.md, .tex, .csv, length.png, .svg
python -m experiments.paper.length RUNS… out=DIR beta=0  of runs with that setting

RUNS are run directories and sweeps. The figure is drawn from the rollouts of the last tenth of each
run's steps, the lengths in the table are the logs', and the scores the benchmarks'.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from experiments.command import run_command, settings
from experiments.paper.command import CSV, TableSettings, base_of, split_arguments, write_files
from experiments.paper.grid import arrange
from experiments.paper.length import SPEC
from experiments.paper.length.bins import read_binned
from experiments.paper.length.figure import draw
from experiments.paper.length.table import build_document, to_csv
from experiments.paper.reading import read_entries
from tarot.runs.figures import write_figure


def main(arguments: Sequence[str]) -> int:
    """Write what the runs in the folders that stand among the arguments have."""
    folders, others = split_arguments(arguments)
    given = settings(TableSettings, others)
    grid = arrange(read_entries(folders), SPEC, base_of(given))
    binned = read_binned(grid)
    out = Path(given.out or SPEC.folder)
    write_files(build_document(grid, binned), {CSV: to_csv(binned)}, out)
    figure = Figure(layout="constrained")
    draw(binned, figure)
    for path in write_figure(figure, out / "length.png"):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
