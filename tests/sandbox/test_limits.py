import os
from collections.abc import Callable

import pytest

from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, Job, Limits, Program, StopReason

Run = Callable[..., Execution]

LIMITS = Limits(cpu_s=0.5, wall_s=1.0, memory_mb=128, output_kb=64)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while True: pass", StopReason.TIME),
        ("import time; time.sleep(60)", StopReason.TIME),
        (
            "import signal\nfor s in (2, 15, 24): signal.signal(s, signal.SIG_IGN)\nwhile 1: pass",
            StopReason.TIME,
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", StopReason.TIME),
        (
            "import threading\nthreading.Thread(target=lambda: all(iter(lambda: 1, 0))).start()",
            StopReason.TIME,
        ),
        ("x = bytearray(200 << 20)", StopReason.MEMORY),
        ("x = []\nwhile True: x.append(bytearray(1 << 20))", StopReason.MEMORY),
        (
            "import mmap\nm = mmap.mmap(-1, 1 << 30)\nfor i in range(0, 1 << 30, 4096): m[i] = 1",
            StopReason.MEMORY,
        ),
        ("print('x' * (1 << 16))", StopReason.OUTPUT),
        ("while True:\n    try: print('x' * 1000)\n    except OSError: pass", StopReason.OUTPUT),
        ("import sys\nwhile True: sys.stderr.write('x' * 1000)", StopReason.OUTPUT),
        ("import os; os.ftruncate(1, 1 << 16)", StopReason.OUTPUT),
    ],
)
def test_a_limit_stops_the_program(run: Run, source: str, reason: StopReason) -> None:
    execution = run(source, limits=LIMITS)

    assert execution.stopped_by is reason
    assert len(execution.stdout) <= 64 << 10
    assert execution.wall_s < 5


def test_just_within_the_limits_is_fine(run: Run) -> None:
    source = "x = bytearray(90 << 20); print('x' * 65000)"

    execution = run(source, limits=LIMITS)

    assert (execution.exit_code, execution.stopped_by) == (0, None)
    assert 90 < execution.peak_mb < 128
    assert len(execution.stdout) == 65001


def test_cpu_and_wall_time_are_told_apart(run: Run) -> None:
    asleep = run("import time; time.sleep(.5)")
    at_work = run("import time\nwhile time.process_time() < .3: pass")

    assert asleep.cpu_s < 0.2
    assert asleep.wall_s >= 0.5
    assert 0.3 <= at_work.cpu_s < 0.6


@pytest.mark.parametrize(
    "burn",
    [
        "import time\nwhile time.process_time() < .2: pass\nprint('done')",
        "import threading, time\ndef main():\n    while time.process_time() < .2: pass\n"
        "    print('done')\nthreading.Thread(target=main).start()",
    ],
    ids=["alone", "in a thread"],
)
def test_programs_that_a_crowded_machine_starves_are_not_timed_out(burn: str) -> None:
    num_slots = 12 * len(os.sched_getaffinity(0))
    limits = Limits(cpu_s=1.0, wall_s=1.0, memory_mb=128, output_kb=64)
    sandbox = LocalSandbox(slots=num_slots)
    sandbox.run([Job(Program("import time; time.sleep(.5)"), b"", limits)] * num_slots)

    executions = sandbox.run([Job(Program(burn), b"", limits)] * num_slots)

    sandbox.close()
    assert max(e.wall_s for e in executions) > limits.wall_s
    assert {(e.stopped_by, e.stdout) for e in executions} == {(None, b"done\n")}


def test_scratch_space_is_limited(run: Run) -> None:
    source = "for i in range(400): open(f'f{i}', 'wb').write(b'x' * 1000000)\nprint('unbounded')"

    assert b"unbounded" not in run(source).stdout


def test_folders_nested_deeper_than_a_path_can_say_do_no_harm(run: Run) -> None:
    source = "import os, time\nfor _ in range(1000): os.mkdir('d' * 100); os.chdir('d' * 100)\n"

    execution = run(source + "open('x', 'w').write('x'); time.sleep(.1); print('nested')")
    after = run("import os; print(os.listdir('.'))")

    assert execution.stopped_by in (None, StopReason.OUTPUT)
    assert after.stdout == b"[]\n"
