"""What a Slurm job runs on each of its nodes, and what it leaves in the run directory.

Slurm sends its signals to every process of a job, and on preemption twice: a child starts deaf to
the warning, and neither it nor its launcher takes a repetition for a second request. The time
between a warning or a preemption and the end has to be enough for a step and a checkpoint;
otherwise the job goes on from the checkpoint before.
"""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import submitit
from submitit.core.utils import UncompletedJobError
from submitit.helpers import DelayedSubmission

from tarot.runs.endings import forget, leave
from tarot.runs.exits import exit_code
from tarot.types import Launcher, Outcome, Run, RunState

FIRST_PORT, NUM_PORTS = 20000, 10000


class NodeTask:
    """Starts the inner launcher on a node; the job's outcome is left in `outcome.json`.

    The task ends with the outcome's exit code, which the scheduler shows.
    """

    def __init__(self, run: Run, inner: Callable[..., Launcher]) -> None:
        """`inner` makes the launcher; of several nodes each is told its rank and the first."""
        self._run = run
        self._inner = inner

    def __call__(self) -> None:
        """Run to the end, or until the scheduler takes the node and the job is queued again."""
        environment = submitit.JobEnvironment()
        is_first = environment.global_rank == 0
        directory = Path(self._run.directory)
        if is_first:
            forget(directory)
        with _warnings(environment) as warning:
            outcome = self._launcher(environment).launch(self._run)
        is_taken = warning.is_set or _is_preempted(environment)
        if outcome.state is not RunState.FINISHED and is_taken:
            if not is_first:
                return
            outcome = self._requeue(environment, warning)
        if is_first:
            leave(directory, environment.job_id, outcome)
        if code := exit_code(outcome):
            sys.exit(code)

    def checkpoint(self) -> DelayedSubmission:
        """What submitit queues again: the same, which goes on from the run directory."""
        return DelayedSubmission(self)

    def _launcher(self, environment: Any) -> Launcher:
        if environment.num_nodes == 1:
            return self._inner()
        return self._inner(
            machine_rank=environment.node,
            main_process_ip=environment.hostnames[0],
            main_process_port=FIRST_PORT + int(environment.raw_job_id) % NUM_PORTS,
        )

    def _requeue(self, environment: Any, warning: "_Warning") -> Outcome:
        """Queue the job again and exit; returns only where that fails or was done too often.

        Slurm ends the job as it queues it, so what it leaves is written before.
        """
        job_id = environment.job_id
        leave(Path(self._run.directory), job_id, Outcome(RunState.SUBMITTED, job_id))
        try:
            warning.requeue(signal.SIGUSR2, None)
        except UncompletedJobError as error:
            return Outcome(RunState.FAILED, f"{error} launcher.max_num_timeout is the limit")
        except (OSError, subprocess.SubprocessError) as error:
            return Outcome(RunState.FAILED, f"could not be queued again: {error}")
        raise AssertionError("submitit's handler exits")


class _Warning:
    """The scheduler's announcement that the node is taken away, passed on as a SIGTERM.

    `requeue` is submitit's own answer, kept until the training has saved.
    """

    def __init__(self, requeue: Callable[[int, FrameType | None], Any]) -> None:
        self.is_set = False
        self.requeue = requeue

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.is_set = True
        signal.raise_signal(signal.SIGTERM)


@contextlib.contextmanager
def _warnings(environment: Any) -> Iterator[_Warning]:
    number = environment._usr_sig()
    kept: Any = signal.getsignal(number)
    warning = _Warning(kept)
    signal.signal(number, warning)
    try:
        yield warning
    finally:
        signal.signal(number, signal.SIG_IGN)


def _is_preempted(environment: Any) -> bool:
    """Whether Slurm has given the job a time of grace, at the end of which it takes the node.

    A job that was cancelled or that Slurm queues again by itself is not in that state.
    """
    if environment.cluster != "slurm":
        return False
    command = ["scontrol", "show", "job", "--oneliner", environment.job_id]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    fields = dict(word.partition("=")[::2] for word in shown.split())
    is_running = fields.get("JobState") == "RUNNING"
    return is_running and fields.get("PreemptTime", "None") != "None"
