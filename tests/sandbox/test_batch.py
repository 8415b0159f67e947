"""In which order a batch is worked off; every program prints when it began."""

from collections.abc import Iterator, Sequence

import pytest

from tarot.sandbox.local import LocalSandbox
from tarot.types import Job, Limits, Program

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
