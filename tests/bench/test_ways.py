import shutil

import pytest

from tarot.bench.ways import Way, available_ways
from tarot.types import Job, Limits, Program, StopReason

LIMITS = Limits(cpu_s=20.0, wall_s=200.0, memory_mb=256, output_kb=64)


@pytest.mark.parametrize("way", available_ways())
def test_every_way_answers_in_order(way: Way) -> None:
    jobs = [Job(Program("print(int(input()) + 1)"), b"%d\n" % n, LIMITS) for n in range(5)]

    with way.opened(2) as sandbox:
        executions = sandbox.run([*jobs, Job(Program("exit(3)"), b"", LIMITS)])

    assert [execution.stdout for execution in executions[:5]] == [
        b"1\n",
        b"2\n",
        b"3\n",
        b"4\n",
        b"5\n",
    ]
    assert [execution.exit_code for execution in executions] == [0, 0, 0, 0, 0, 3]


def test_the_published_way_stops_programs_that_only_wait() -> None:
    limits = Limits(cpu_s=0.2, wall_s=200.0, memory_mb=256, output_kb=64)
    with Way.SUBPROCESS.opened(1) as sandbox:
        execution = sandbox.run([Job(Program("import time; time.sleep(60)"), b"", limits)])[0]

    assert execution.stopped_by is StopReason.TIME


def test_bubblewrap_is_missed_where_it_is_not_installed() -> None:
    if shutil.which("bwrap") is None:
        assert Way.BUBBLEWRAP.fault == "not installed"
    assert (Way.BUBBLEWRAP in available_ways()) == (Way.BUBBLEWRAP.fault is None)
    assert {Way.SANDBOX, Way.SUBPROCESS, Way.PROCESS_POOL} <= set(available_ways())
