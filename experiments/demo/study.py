"""The demo under three seeds with its control: train what is missing, then write the tables.

python -m experiments.demo.study                      about an hour; the same command goes on
python -m experiments.demo.study runs_dir=/data/runs  any setting of train.py, for all six runs
python -m experiments.demo.study out=DIR              results, tables and configs to another folder
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.command import OutSettings, run_command, study_settings
from experiments.demo import HERE
from experiments.demo.pooling import Place, collect
from experiments.demo.results import Arm
from experiments.demo.table import render
from experiments.results import write_study
from experiments.runs import directories_of
from tarot.cli import train
from tarot.runs.exits import Exit

EXPERIMENT = "+experiment=demo"
SEEDS = (21, 22, 23)


def main(arguments: Sequence[str]) -> int:
    """Train, collect, and write what a whole study has shown; a part of one is only printed."""
    given, overrides = study_settings(OutSettings, arguments)
    code = train.run(multirun(overrides))
    places = locate_runs(overrides)
    results = collect(places)
    if results.missing:
        sys.stdout.write(render(results))
        return code or Exit.FAILED
    runs = {f"{place.arm}-{place.seed}": place.run for place in places}
    write_study(results, render(results), runs, Path(given.out or HERE))
    return code


def multirun(overrides: Sequence[str]) -> list[str]:
    """The arguments of `train.py` that make all runs, those finished left as they are."""
    seeds = ",".join(map(str, SEEDS))
    return [EXPERIMENT, f"seed={seeds}", f"reward={','.join(Arm)}", *overrides, "-m"]


def locate_runs(overrides: Sequence[str]) -> list[Place]:
    """Where each run of the study lies, by its config."""
    return [
        Place(arm, seed, *directories_of([EXPERIMENT, f"seed={seed}", f"reward={arm}", *overrides]))
        for arm in Arm
        for seed in SEEDS
    ]


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
