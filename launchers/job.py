"""The job that a run was submitted as, kept in the run directory."""

from dataclasses import asdict, dataclass
from pathlib import Path

from tarot.runs import read_json, write_json

_FILE = "job.json"


@dataclass(frozen=True, slots=True)
class Job:
    """A submitted job, and the kind of cluster that has it."""

    cluster: str
    id: str


def read_job(directory: Path) -> Job | None:
    """The last job of a run, or None."""
    path = directory / _FILE
    return Job(**read_json(path)) if path.exists() else None


def write_job(directory: Path, job: Job) -> None:
    """Keep a run's job."""
    write_json(directory / _FILE, asdict(job))
