"""In which order a batch is worked off, and what it tells of its jobs' way through it."""

import os
import signal
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from tarot.sandbox.local import LocalSandbox
from tarot.types import Job, Limits, Program, StopReason

LIMITS = Limits(cpu_s=0.2, wall_s=5.0, memory_mb=256, output_kb=64)
CLOCK = "import time; print(time.monotonic(), flush=True)"


@pytest.fixture
def single() -> Iterator[LocalSandbox]:
    sandbox = LocalSandbox(slots=1)
    yield sandbox
    sandbox.close()


def begun(sandbox: LocalSandbox, jobs: Sequence[Job]) -> list[int]:
    """The jobs' numbers in the order in which they began."""
    times = [float(execution.stdout) for execution in sandbox.run(jobs)]
    return sorted(range(len(jobs)), key=times.__getitem__)


def test_large_inputs_go_first(single: LocalSandbox) -> None:
    jobs = [Job(Program(CLOCK), b"x" * size, LIMITS) for size in (1, 1000, 10)]

    assert begun(single, jobs) == [1, 2, 0]


def test_a_program_that_timed_out_goes_first(single: LocalSandbox) -> None:
    quick, slow = Program(CLOCK), Program(f"{CLOCK}\nwhile True: pass")
    sizes = {slow: (9, 1), quick: (5, 4)}
    jobs = [Job(program, b"x" * size, LIMITS) for program in sizes for size in sizes[program]]

    assert begun(single, jobs) == [0, 1, 2, 3]


def test_jobs_tell_how_long_they_waited_for_a_slot(single: LocalSandbox) -> None:
    """Each sleeps for 0.2 s before the next one gets the only slot."""
    sleeper = Program("import time; time.sleep(0.2)")
    jobs = [Job(sleeper, b"x" * size, LIMITS) for size in (3, 2, 1)]

    executions = single.run(jobs)

    waits_s = [execution.queued_s or 0.0 for execution in executions]
    assert waits_s[0] >= 0
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(waits_s))
    assert [execution.num_attempts for execution in executions] == [1, 1, 1]


def test_a_job_tells_that_it_was_tried_again(single: LocalSandbox) -> None:
    job = Job(Program("print(1)"), b"", LIMITS)
    single.run([job])
    for pid in single.pids():
        os.kill(pid, signal.SIGKILL)

    [execution] = single.run([job])

    assert (execution.stdout, execution.num_attempts) == (b"1\n", 2)


def test_a_lost_job_was_tried_as_often_as_is_allowed() -> None:
    sandbox = LocalSandbox(slots=1, attempts=2)
    sandbox.close()

    [execution] = sandbox.run([Job(Program(""), b"", LIMITS)])

    assert (execution.stopped_by, execution.num_attempts) == (StopReason.INFRASTRUCTURE, 2)
    assert execution.queued_s is None
