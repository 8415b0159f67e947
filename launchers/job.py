"""The job that a run is submitted as: kept in the run directory, so that there is one at a time."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tarot.runs import RunDirectory, read_json, write_json
from tarot.runs.exits import Exit
from tarot.runs.lock import exclusive
from tarot.types import Launcher, Outcome, Run, RunState, UserError

_FILE = "job.json"


@dataclass(frozen=True, slots=True)
class Job:
    """A submitted job, and the kind of cluster that has it."""

    cluster: str
    id: str


def submit_once(
    run: Run, active_job: Callable[[Path], str | None], submit: Callable[[RunDirectory], Job]
) -> Outcome:
    """Submit a run and keep its job, unless one is active; a UserError becomes a failure."""
    try:
        directory = RunDirectory.open(Path(run.directory).absolute())
        with exclusive(directory.path / "job.lock", on_wait=lambda: None):
            job_id = active_job(directory.path)
            if job_id is None:
                job = submit(directory)
                write_job(directory.path, job)
                job_id = job.id
    except UserError as error:
        return Outcome(RunState.FAILED, str(error), Exit.USER_ERROR)
    return Outcome(RunState.SUBMITTED, job_id)


def started_on_each(inner: Callable[..., Launcher], run: Run, config: Mapping[str, Any]) -> str:
    """What each machine of a job starts, as lines of comment."""
    first = {"main_process_ip": "FIRST_NODE"} if config["hardware"]["nodes"] > 1 else {}
    started = inner(**first).render(run, config).replace("\n", "\n# ")
    return f"# each node starts:\n# {started}\n"


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
