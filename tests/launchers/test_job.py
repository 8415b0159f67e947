"""The job of a run, for launchers of the same cluster and of others."""

from collections.abc import Callable
from pathlib import Path

import pytest

from launchers.job import Job, job_of, write_job
from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.runs.queueing import QueueingLauncher
from tarot.types import RunState
from tests.launchers.slurm_runs import launcher, make_run_directory, run


def dstack() -> QueueingLauncher:
    (job,) = compose("train", ["launcher=dstack"])
    built = build("launcher", job.config["launcher"])
    assert isinstance(built, QueueingLauncher)
    return built


@pytest.mark.parametrize(
    ("job", "asked"),
    [
        (Job("dstack", "tiny-1a2b3c4d"), launcher),
        (Job("slurm", "12345"), dstack),
        (Job("local", "12345"), dstack),
    ],
)
def test_a_run_that_another_cluster_has_is_not_submitted(
    tmp_path: Path, job: Job, asked: Callable[[], QueueingLauncher]
) -> None:
    make_run_directory(tmp_path)
    write_job(tmp_path, job)
    outcome = asked().launch(run(tmp_path))
    assert (outcome.state, outcome.exit_code) == (RunState.FAILED, 2)
    assert outcome.detail == (
        f"{tmp_path}: job {job.id} of {job.cluster} has this run; cancel it there, then remove "
        f"{tmp_path}/job.json"
    )


def test_a_finished_run_belongs_to_no_cluster(tmp_path: Path) -> None:
    write_job(tmp_path, Job("slurm", "12345"))
    (tmp_path / "summary.json").write_text("{}")
    assert job_of(tmp_path, "dstack") is None
    assert job_of(tmp_path, "slurm") == Job("slurm", "12345")
