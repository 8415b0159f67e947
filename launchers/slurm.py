"""The Slurm launcher: a run is a job, submitted by submitit and not waited for.

The job's id is kept in the run directory, so typing the command again while the job is queued or
running submits nothing. Not covered: a submission whose id was never written because this process
was killed in that moment; the run's own lock then keeps the second job out.

The cluster's nodes need this project, the run directory and the caches under the same paths.
Secrets are in no file: a job has the environment in which the command was typed.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import psutil
import submitit
from submitit.core.utils import FailedJobError, environment_variables

from launchers.job import Job, job_of, started_on_each, submit_once
from launchers.setup import check_setup
from launchers.slurm_node import NodeTask
from tarot.runs import RunDirectory
from tarot.runs.child_environment import import_path
from tarot.types import Launcher, Outcome, Run, UserError

SUBMISSIONS = "submitit"
ENDED = frozenset(
    {
        "BOOT_FAIL",
        "CANCELLED",
        "COMPLETED",
        "DEADLINE",
        "FAILED",
        "NODE_FAIL",
        "OUT_OF_MEMORY",
        "PREEMPTED",
        "REVOKED",
        "TIMEOUT",
    }
)
UNKNOWN_JOB = "Invalid job id"


class ScriptWriter(submitit.SlurmExecutor):
    """Submitit's Slurm executor, which can write a job's script where there is no Slurm."""

    @classmethod
    def affinity(cls) -> int:
        """Above zero: able to work here."""
        return 1

    def script(self) -> str:
        """What `sbatch` would be given."""
        return self._make_submission_file_text(self._submitit_command_str, uid="")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmLauncher:
    """Submits one job a run, with one task a node that starts `inner`.

    `cluster` is where jobs go: to Slurm, or to submitit's local executor, which needs none.
    `signal_delay_s` before its time is up a job is told; the training then ends its step, saves
    and exits, and the job is queued again, up to `max_num_timeout` times. None leaves a setting to
    the cluster, but `cpus_per_node`, which then follows from `hardware`. `setup` holds lines of
    shell to run first.
    """

    inner: Callable[..., Launcher]
    cluster: Literal["slurm", "local"]
    timeout_min: int
    signal_delay_s: int
    max_num_timeout: int
    cpus_per_node: int | None
    mem_gb: int | None
    partition: str | None
    account: str | None
    qos: str | None
    constraint: str | None
    setup: list[str]

    def __post_init__(self) -> None:
        """Refuse what could not work or would put a secret into a file."""
        if self.signal_delay_s >= self.timeout_min * 60:
            raise UserError(
                f"launcher.signal_delay_s={self.signal_delay_s}: not below the time limit, "
                f"launcher.timeout_min={self.timeout_min}"
            )
        check_setup(self.setup, "export it before you type the command, and the job has it")

    def launch(self, run: Run) -> Outcome:
        """Submit the run's job, unless one is queued or running."""
        return submit_once(run, self.active_job, partial(self._submit, run))

    def active_job(self, directory: Path) -> str | None:
        """The id of the run's job that is queued or running, or None."""
        job = job_of(directory, "slurm", "local")
        if job is None:
            return None
        is_active = _is_queued if job.cluster == "slurm" else _is_alive
        return job.id if is_active(job.id) else None

    def render(self, run: Run, config: Mapping[str, Any]) -> str:
        """The script that `sbatch` would be given, and what a node then starts."""
        folder, hardware = Path(run.directory).absolute(), config["hardware"]
        executor = ScriptWriter(folder / SUBMISSIONS)
        executor.update_parameters(**self._slurm_parameters(folder.name, hardware))
        return f"{executor.script()}\n{started_on_each(self.inner, run, config)}"

    def _submit(self, run: Run, directory: RunDirectory) -> Job:
        executor = self._executor(directory)
        task = NodeTask(Run(str(directory.path), run.command), self.inner)
        try:
            with environment_variables(PYTHONPATH=import_path(os.environ)):
                job_id = str(executor.submit(task).job_id)
        except FailedJobError as error:
            raise UserError(f"launcher: {' '.join(str(error).split())}") from error
        return Job(self.cluster, job_id)

    def _executor(self, directory: RunDirectory) -> submitit.Executor:
        folder, hardware = directory.path / SUBMISSIONS, directory.config()["hardware"]
        executor: submitit.Executor
        if self.cluster == "local":
            executor = submitit.LocalExecutor(folder, max_num_timeout=self.max_num_timeout)
            executor.update_parameters(**self._local_parameters(hardware))
            return executor
        if shutil.which("sbatch") is None:
            raise UserError(
                "launcher=slurm: there is no sbatch here; type this on a login node of the cluster"
            )
        executor = ScriptWriter(folder, max_num_timeout=self.max_num_timeout)
        executor.update_parameters(**self._slurm_parameters(directory.path.name, hardware))
        return executor

    def _local_parameters(self, hardware: Mapping[str, Any]) -> dict[str, Any]:
        if hardware["nodes"] > 1:
            raise UserError(
                f"hardware.nodes={hardware['nodes']}: launcher.cluster=local has one machine"
            )
        return {
            "timeout_min": self.timeout_min,
            "signal_delay_s": self.signal_delay_s,
            "gpus_per_node": hardware["gpus"],
            "setup": self.setup,
        }

    def _slurm_parameters(self, name: str, hardware: Mapping[str, Any]) -> dict[str, Any]:
        """Since Slurm 22.05 a step does not inherit the job's cpus-per-task: srun is told too."""
        per_node = hardware["processes"] // hardware["nodes"]
        cpus = self.cpus_per_node or per_node * hardware["threads"]
        wanted = {
            "job_name": name,
            "time": self.timeout_min,
            "signal_delay_s": self.signal_delay_s,
            "nodes": hardware["nodes"],
            "ntasks_per_node": 1,
            "cpus_per_task": cpus,
            "gpus_per_node": hardware["gpus"] or None,
            "mem": None if self.mem_gb is None else f"{self.mem_gb}GB",
            "partition": self.partition,
            "account": self.account,
            "qos": self.qos,
            "constraint": self.constraint,
            "setup": self.setup or None,
            "srun_args": [f"--cpus-per-task={cpus}", "--kill-on-bad-exit=1"],
            "additional_parameters": {"requeue": True},
        }
        return {key: value for key, value in wanted.items() if value is not None}


def _is_queued(job_id: str) -> bool:
    """Whether Slurm holds the job, waiting or running; it forgets ended jobs after a while."""
    command = ["squeue", "--noheader", "--states=all", "--format=%T", "--jobs", job_id]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UserError(
            f"launcher=slurm: there is no squeue here to ask for job {job_id}; type this on a "
            "login node of the cluster"
        ) from None
    if result.returncode != 0 and UNKNOWN_JOB not in result.stderr:
        raise UserError(
            f"launcher=slurm: can't ask for job {job_id}: {' '.join(result.stderr.split())}; "
            "try again when Slurm answers"
        )
    return bool(set(result.stdout.split()) - ENDED)


def _is_alive(job_id: str) -> bool:
    """Whether submitit's local executor still runs the job, whose id is that of a process."""
    try:
        process = psutil.Process(int(job_id))
        is_controller = "submitit.local._local" in " ".join(process.cmdline())
        return is_controller and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
