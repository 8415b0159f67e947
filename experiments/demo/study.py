"""The demo under three seeds with its control: train what is missing, then write the tables.

python -m experiments.demo.study                      about an hour; the same command goes on
python -m experiments.demo.study runs_dir=/data/runs  any setting of train.py, for all six runs
python -m experiments.demo.study out=DIR              results, tables and configs to another folder
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.command import run_command, settings
from experiments.demo.pooling import Place, collect
from experiments.demo.results import Arm
from experiments.demo.table import OutSettings, render, write_table
from experiments.results import FILE
from experiments.runs import directories_of, write_configs
from tarot.cli import train
from tarot.runs import write_json
from tarot.runs.exits import Exit

EXPERIMENT = "+experiment=demo"
SEEDS = (21, 22, 23)


def main(arguments: Sequence[str]) -> int:
    """Train, collect, and write what a whole study has shown; a part of one is only printed."""
    own = [argument for argument in arguments if argument.startswith("out=")]
    overrides = [argument for argument in arguments if argument not in own]
    out = Path(settings(OutSettings, own).out)
    code = train.run(multirun(overrides))
    places = locate_runs(overrides)
    results = collect(places)
    if results.missing:
        sys.stdout.write(render(results))
        return code or Exit.FAILED
    out.mkdir(parents=True, exist_ok=True)
    write_configs({f"{place.arm}-{place.seed}": place.run for place in places}, out / "configs")
    write_json(out / FILE, results.to_json())
    write_table(results, out)
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
