"""CPU time is counted wherever it is spent; a loaded machine changes wall time alone."""

import os
import time

import pytest

from tarot.bench.clock import Stopwatch, bound_to
from tarot.bench.fairness import burner
from tarot.bench.ways import Way, available_ways
from tarot.types import Job, Limits

BURNT_S = 0.25
LIMITS = Limits(cpu_s=20.0, wall_s=200.0, memory_mb=256, output_kb=64)


@pytest.mark.parametrize("way", available_ways())
def test_programs_that_burn_a_known_time_are_counted(way: Way) -> None:
    with way.opened(2) as sandbox:
        sandbox.run([Job(burner(0.0), b"", LIMITS)] * 2)
        with Stopwatch() as watch:
            executions = sandbox.run([Job(burner(BURNT_S), b"", LIMITS)] * 4)

    assert [execution.stdout for execution in executions] == [b"42\n"] * 4
    # Counts of living processes advance in steps of 10 ms: two each of two slots.
    assert 4 * BURNT_S - 0.04 <= watch.usage.cpu_s <= 2 * 4 * BURNT_S
    assert watch.usage.caller_cpu_s < BURNT_S


def test_a_sandbox_counts_its_programs_alike() -> None:
    with Way.SANDBOX.opened(1) as sandbox:
        execution = sandbox.run([Job(burner(BURNT_S), b"", LIMITS)])[0]

    assert BURNT_S <= execution.cpu_s <= 2 * BURNT_S


def test_the_caller_counts_for_itself_and_sleep_for_nothing() -> None:
    with Stopwatch() as watch:
        time.sleep(0.2)
        started_s = time.process_time()
        while time.process_time() - started_s < BURNT_S:
            pass

    assert BURNT_S <= watch.usage.caller_cpu_s <= 1.5 * BURNT_S
    assert watch.usage.wall_s >= 0.2 + BURNT_S


def test_a_binding_ends_with_its_block() -> None:
    before = os.sched_getaffinity(0)
    core = min(before)

    with bound_to([core]):
        assert os.sched_getaffinity(0) == {core}
    assert os.sched_getaffinity(0) == before
