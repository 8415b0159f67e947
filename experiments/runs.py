"""Where the runs of an experiment lie, and the snapshots of their configs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.runs import RunDirectory, write_json
from tarot.runs.snapshots import placeless


def directories_of(arguments: Sequence[str]) -> list[RunDirectory]:
    """Where the runs of these arguments of `train.py` lie, made or not; several with `-m`."""
    return [RunDirectory(plan_run(job.config).directory) for job in compose("train", arguments)]


def write_configs(runs: Mapping[str, RunDirectory], folder: Path) -> None:
    """Write each run's config by its name, without the folders it lay in: it may run anywhere."""
    folder.mkdir(exist_ok=True)
    for name, run in runs.items():
        write_json(folder / f"{name}.json", placeless(run.config()))
