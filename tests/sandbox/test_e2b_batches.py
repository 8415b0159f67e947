"""Whole batches through `sandbox=e2b` while the service fails, and several processes at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tarot.grading.judge import judge
from tarot.sandbox.e2b import E2BSandbox
from tarot.types import Execution, Job, StopReason, Verdict
from tests.sandbox.e2b_server.faults import OF_A_CREATION, OF_AN_EXECUTION, Plan
from tests.sandbox.e2b_server.harness import job
from tests.sandbox.e2b_server.server import Server

NUM_COMPLETIONS, NUM_TESTS = 448, 5
ATTEMPTS = 4
CREATIONS_PER_S = 5

# The right output is the input plus one.
KINDS = [
    ("print(int(input()) + 1)", Verdict.ACCEPTED),
    ("print(int(input()) + 2)", Verdict.WRONG_ANSWER),
    ("print(1 // (int(input()) * 0))", Verdict.RUNTIME_ERROR),
    ("import os; os.fork()", Verdict.SECURITY),
]

PROCESS = """
import json, sys
from tarot.sandbox.e2b import E2BSandbox
from tests.sandbox.e2b_server.harness import adding, job, wrongly_added
settings, num_jobs, pause_s = json.loads(sys.argv[1])
sandbox = E2BSandbox(**settings)
sandbox.run([job(f"import time; time.sleep({pause_s})")] * num_jobs)
print(wrongly_added(sandbox.run(adding(num_jobs))))
sandbox.close()
"""


def test_a_batch_of_448_times_5_gets_every_verdict_through_every_kind_of_fault(
    server: Server,
) -> None:
    server.plan = Plan(share=0.05, seed=7)
    server.plan.then("create", *OF_A_CREATION)
    assert_all_right(server, NUM_COMPLETIONS * NUM_TESTS)


@pytest.mark.soak
def test_many_batches_get_every_verdict_through_many_faults_of_every_kind(server: Server) -> None:
    server.plan = Plan(share=0.25, seed=11)
    assert_all_right(server, 5 * NUM_COMPLETIONS * NUM_TESTS)


@pytest.mark.parametrize(
    ("num_sandboxes", "num_jobs", "pause_s"),
    [(3, 12, 0.3), pytest.param(10, 100, 1.0, marks=pytest.mark.soak)],
)
def test_four_processes_together_never_create_faster_than_allowed(
    server: Server, root: Path, num_sandboxes: int, num_jobs: int, pause_s: float
) -> None:
    settings = {
        "max_sandboxes": num_sandboxes,
        "contexts": 1,
        "programs_per_request": 1,
        "creations_per_s": CREATIONS_PER_S,
    }
    words = json.dumps([settings, num_jobs, pause_s])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, words],
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    outputs = [process.communicate()[0] for process in processes]

    assert outputs == [b"[]\n"] * 4
    assert len(server.cloud.asked_s) > CREATIONS_PER_S
    assert server.cloud.most_creations_in(1.0) <= CREATIONS_PER_S
    assert server.cloud.live() == []


def assert_all_right(server: Server, num_jobs: int) -> None:
    """Run that many jobs of all kinds; every kind of fault must have happened."""
    sandbox = E2BSandbox(
        max_sandboxes=4,
        contexts=2,
        creations_per_s=CREATIONS_PER_S,
        programs_per_request=8,
        attempts=ATTEMPTS,
    )
    try:
        executions = sandbox.run([_job(number) for number in range(num_jobs)])
    finally:
        sandbox.close()

    assert [number for number, one in enumerate(executions) if not _is_right(number, one)] == []
    assert server.plan.injected.keys() >= {
        *(f"create {fault.kind}" for fault in OF_A_CREATION),
        *(f"execute {fault.kind}" for fault in OF_AN_EXECUTION),
    }
    assert server.cloud.most_creations_in(1.0) <= CREATIONS_PER_S
    assert server.cloud.live() == []


def _job(number: int) -> Job:
    return job(KINDS[number % len(KINDS)][0], f"{number}\n")


def _is_right(number: int, execution: Execution) -> bool:
    """Whether the verdict is the right one, or was lost in as many failures as are allowed."""
    if execution.stopped_by is StopReason.INFRASTRUCTURE:
        return execution.num_attempts == ATTEMPTS
    return judge(execution, f"{number + 1}\n") is KINDS[number % len(KINDS)][1]
