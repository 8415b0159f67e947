"""How a launch or a job ended, as files have it.

A job of Slurm leaves `outcome.json` in the run's directory, as nobody waits for it: there it is
submitted again where the scheduler took the node.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.runs.files import read_json, write_json
from tarot.types import Outcome, RunState

_FILE = "outcome.json"


def to_plain(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON has it."""
    return {
        "state": outcome.state,
        "detail": outcome.detail,
        "exit_code": outcome.exit_code,
    }


def from_plain(plain: Mapping[str, Any]) -> Outcome:
    """An outcome from what `to_plain` gave; further keys are left alone."""
    return Outcome(RunState(plain["state"]), plain["detail"], plain["exit_code"])


def outcome_path(directory: Path) -> Path:
    """Where the last job of a run leaves how it ended."""
    return directory / _FILE


def leave(directory: Path, job_id: str, outcome: Outcome) -> None:
    """Keep in a run's directory how its job ended."""
    write_json(outcome_path(directory), {**to_plain(outcome), "job_id": job_id})


def forget(directory: Path) -> None:
    """Remove what the last job has left."""
    outcome_path(directory).unlink(missing_ok=True)


def left_by(directory: Path, job_id: str) -> Outcome | None:
    """How a run's job ended, None where this one has left nothing."""
    path = outcome_path(directory)
    plain = read_json(path) if path.exists() else {"job_id": None}
    return from_plain(plain) if plain["job_id"] == job_id else None
