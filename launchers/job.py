"""The job that a run was submitted as, kept in the run directory."""

from dataclasses import asdict, dataclass
from pathlib import Path

from tarot.runs import RunDirectory, read_json, write_json
from tarot.types import UserError

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


def job_of(directory: Path, *clusters: str) -> Job | None:
    """The last job of a run on one of the clusters, or None.

    UserError where another kind has the run, unless it is finished.
    """
    job = read_job(directory)
    if job is None or job.cluster in clusters:
        return job
    if RunDirectory(directory).summary_path.exists():
        return None
    raise UserError(
        f"{directory}: job {job.id} of {job.cluster} has this run; cancel it there, then remove "
        f"{directory / _FILE}"
    )


def write_job(directory: Path, job: Job) -> None:
    """Keep a run's job."""
    write_json(directory / _FILE, asdict(job))
