"""What a run has measured of held-out problems, before and after its training."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from tarot.capability.outcomes import ProblemOutcomes, read_outcomes
from tarot.data import Split
from tarot.runs import DirectoryState, RunDirectory
from tarot.types import UserError

Outcomes = Mapping[Split, tuple[ProblemOutcomes, ...]]


def run_outcomes(run: RunDirectory, when: str) -> Outcomes:
    """What a finished run measured `before` or `after`; UserError if it is not all there.

    The split of unseen families, which only some data have, is absent where it was never measured.
    """
    if RunDirectory.open(run.path).state is not DirectoryState.FINISHED:
        raise UserError(f"{run.path}: not finished; train it to its end")
    splits = [Split(run.config()["evaluation"]["split"])]
    if any(run.outcomes_path.glob(f"*-{Split.UNSEEN}.json")):
        splits.append(Split.UNSEEN)
    return {split: _outcomes_in(run.outcomes_path / f"{when}-{split}.json") for split in splits}


def _outcomes_in(path: Path) -> tuple[ProblemOutcomes, ...]:
    try:
        return read_outcomes(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except ValidationError as error:
        raise UserError(f"{path}: holds no outcomes") from error
