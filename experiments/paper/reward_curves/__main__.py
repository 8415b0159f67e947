"""The reward over training: a figure, and a table of how it began and ended.

python -m experiments.paper.reward_curves RUNS… out=DIR  table.md, .tex, .csv, curves.png, .svg
python -m experiments.paper.reward_curves RUNS… out=DIR metric=tier/edge/pass_rate window=21

RUNS are run directories and sweeps. `metric` is any key of the runs' log.jsonl, `window` how many
steps are averaged, and beta, temperature and epochs say which runs are meant, as for the tables.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from pydantic import Field

from experiments.command import run_command, settings
from experiments.paper.command import (
    CSV,
    TableSettings,
    base_of,
    split_arguments,
    write_files,
)
from experiments.paper.curves import read_curves
from experiments.paper.grid import arrange
from experiments.paper.reading import read_entries
from experiments.paper.reward_curves import METRIC, SPEC
from experiments.paper.reward_curves.figure import draw
from experiments.paper.reward_curves.table import build_document, to_csv
from tarot.runs.figures import write_figure
from tarot.types import UserError


class CurveSettings(TableSettings):
    """`metric` is a key of the log, `window` an odd number of steps."""

    metric: str = METRIC
    window: int = Field(default=11, ge=1)


def main(arguments: Sequence[str]) -> int:
    """Write the curves of the runs in the folders that stand among the arguments."""
    folders, others = split_arguments(arguments)
    given = settings(CurveSettings, others)
    if given.window % 2 == 0:
        raise UserError(f"window: {given.window} is even; an odd one has a middle")
    grid = arrange(read_entries(folders), SPEC, base_of(given))
    curves = read_curves(grid, given.metric)
    if curves and not any(curve.is_known for curve in curves):
        raise UserError(f"metric={given.metric}: in no log; name a key of log.jsonl, as reward")
    out = Path(given.out or SPEC.folder)
    write_files(build_document(grid, curves, given.metric), {CSV: to_csv(curves)}, out)
    figure = Figure(layout="constrained")
    draw(curves, given.metric, given.window, figure)
    for path in write_figure(figure, out / "curves.png"):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
