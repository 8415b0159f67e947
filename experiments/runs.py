"""Where the runs of an experiment lie, what they measured, and the snapshots of their configs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from tarot.capability import ProblemOutcomes, read_outcomes
from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.data import Split
from tarot.runs import DirectoryState, RunDirectory, write_json
from tarot.training.summary import Outcomes
from tarot.types import UserError


def directories_of(arguments: Sequence[str]) -> list[RunDirectory]:
    """Where the runs of these arguments of `train.py` lie, made or not; several with `-m`."""
    return [RunDirectory(plan_run(job.config).directory) for job in compose("train", arguments)]


def run_outcomes(run: RunDirectory, when: str) -> Outcomes:
    """What a finished run measured `before` or `after`; UserError if it is not all there."""
    if RunDirectory.open(run.path).state is not DirectoryState.FINISHED:
        raise UserError(f"{run.path}: not finished; train it to its end")
    splits = (Split(run.config()["evaluation"]["split"]), Split.UNSEEN)
    return {split: _outcomes_in(run.outcomes_path / f"{when}-{split}.json") for split in splits}


def write_configs(runs: Mapping[str, RunDirectory], folder: Path) -> None:
    """Write each run's config by its name, without the folders it lay in: it may run anywhere."""
    folder.mkdir(exist_ok=True)
    anywhere = {"runs_dir": "runs", "run_dir": None, "sweeps_dir": "sweeps"}
    for name, run in runs.items():
        write_json(folder / f"{name}.json", {**run.config(), **anywhere})


def _outcomes_in(path: Path) -> tuple[ProblemOutcomes, ...]:
    try:
        return read_outcomes(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except ValidationError as error:
        raise UserError(f"{path}: holds no outcomes") from error
