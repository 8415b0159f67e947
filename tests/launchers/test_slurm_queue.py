"""What `launcher=slurm` asks of Slurm before it submits, and what it refuses."""

from pathlib import Path

import pytest

from launchers.job import Job, read_job, write_job
from tarot.types import RunState, UserError
from tests.launchers.slurm_runs import launcher, make_run_directory, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run directory."""
    make_run_directory(tmp_path)
    return tmp_path


def scripts(folder: Path, **bodies: str) -> str:
    """A folder of commands that stand in for Slurm's."""
    place = folder / "bin"
    place.mkdir()
    for name, body in bodies.items():
        (place / name).write_text(f"#!/bin/sh\n{body}\n")
        (place / name).chmod(0o755)
    return str(place)


@pytest.mark.parametrize(
    ("squeue", "active"),
    [
        ("echo PENDING", "5"),
        ("echo RUNNING", "5"),
        ("echo COMPLETING", "5"),
        ("echo CANCELLED", None),
        ("echo TIMEOUT", None),
        ("echo slurm_load_jobs error: Invalid job id specified >&2; exit 1", None),
    ],
)
def test_a_job_is_active_while_slurm_has_it_in_its_queue(
    folder: Path, monkeypatch: pytest.MonkeyPatch, squeue: str, active: str | None
) -> None:
    write_job(folder, Job("slurm", "5"))
    monkeypatch.setenv("PATH", scripts(folder, squeue=squeue))
    assert launcher().active_job(folder) == active


@pytest.mark.parametrize(
    ("job", "commands", "cause"),
    [
        (None, {}, "there is no sbatch here; type this on a login node"),
        (Job("slurm", "5"), {}, "there is no squeue here to ask for job 5"),
        (
            Job("slurm", "5"),
            {"squeue": "echo Unable to contact slurm controller >&2; exit 1"},
            "can't ask for job 5: Unable to contact slurm controller; try again",
        ),
        (
            None,
            {
                "srun": "",
                "sbatch": "echo sbatch: error: invalid partition specified: x >&2; exit 1",
            },
            "sbatch: error: invalid partition specified: x",
        ),
    ],
)
def test_what_keeps_a_job_from_being_submitted_is_one_line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    job: Job | None,
    commands: dict[str, str],
    cause: str,
) -> None:
    if job is not None:
        write_job(folder, job)
    monkeypatch.setenv("PATH", scripts(folder, **commands))
    outcome = launcher().launch(run(folder))
    assert (outcome.state, outcome.exit_code) == (RunState.FAILED, 2)
    assert cause in outcome.detail
    assert "\n" not in outcome.detail
    assert read_job(folder) == job


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("launcher.timeout_min=10", "launcher.signal_delay_s=600: not below the time limit"),
        ("launcher.setup=[a,'export WANDB_API_KEY=x']", r"launcher.setup\[1\]: sets WANDB_API_KEY"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(override: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        launcher(override)
