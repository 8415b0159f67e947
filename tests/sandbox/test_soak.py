"""Many runs leave nothing behind."""

import os

import psutil
import pytest

from tarot.sandbox.local import LocalSandbox
from tarot.types import Job, Limits, Program

NUM_RUNS = 10_000
NUM_RUNS_A_BATCH = 500
GROWTH_MB = 4.0

LIMITS = Limits(cpu_s=5.0, wall_s=60.0, memory_mb=256, output_kb=256)
SOURCES = [
    "print(int(input()) + 1)",
    "open('left', 'w').write(input())",
    "import numpy as np; print(np.arange(3))",
    "import threading; threading.Thread(target=print, daemon=True).start()",
    "1 / 0",
    "import os; os.fork()",
    "print('x' * 10000)",
    "x = bytearray(20 << 20)",
]


@pytest.mark.soak
def test_ten_thousand_runs_leave_no_process_descriptor_or_growing_memory() -> None:
    sandbox = LocalSandbox()
    jobs = [
        Job(Program(SOURCES[i % len(SOURCES)]), b"41\n", LIMITS) for i in range(NUM_RUNS_A_BATCH)
    ]
    first = sandbox.run(jobs)
    before = _state(sandbox)

    for _ in range(NUM_RUNS // NUM_RUNS_A_BATCH):
        executions = sandbox.run(jobs)
        assert [(e.exit_code, e.stopped_by) for e in executions] == [
            (e.exit_code, e.stopped_by) for e in first
        ]

    after = _state(sandbox)
    sandbox.close()
    assert after.keys() == before.keys()
    grown = {pid: after[pid][1] - before[pid][1] for pid in after}
    assert {pid: after[pid][0] for pid in after} == {pid: before[pid][0] for pid in before}
    assert max(grown.values()) < GROWTH_MB


def _state(sandbox: LocalSandbox) -> dict[int, tuple[int, float]]:
    """Open descriptors and resident MB of this process and of every process of the sandbox."""
    keepers = [psutil.Process(pid) for pid in sandbox.pids()]
    slots = [process for keeper in keepers for process in keeper.children(recursive=True)]
    return {
        process.pid: (process.num_fds(), process.memory_info().rss / (1 << 20))
        for process in (psutil.Process(os.getpid()), *keepers, *slots)
    }
