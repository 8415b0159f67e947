"""The laws that a sandbox keeps, whatever programs and machines do."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.grading.judge import judge
from tarot.sandbox.local import LocalSandbox
from tarot.types import Job, Limits, Program, StopReason, Verdict

LIMITS = Limits(cpu_s=2.0, wall_s=10.0, memory_mb=256, output_kb=1024)


def job(source: str, stdin: str = "", limits: Limits = LIMITS) -> Job:
    return Job(Program(source), stdin.encode(), limits)


@pytest.fixture
def own_sandbox() -> Iterator[LocalSandbox]:
    sandbox = LocalSandbox(slots=2)
    yield sandbox
    sandbox.close()


def test_killed_slots_cost_no_right_program_its_verdict(own_sandbox: LocalSandbox) -> None:
    jobs = [job("import time; time.sleep(.05); print(input())", str(n)) for n in range(40)]
    own_sandbox.run(jobs[:2])
    killer = threading.Timer(0.3, _kill_slots, args=(own_sandbox,))
    killer.start()

    verdicts = [judge(e, str(n)) for n, e in enumerate(own_sandbox.run(jobs))]

    killer.join()
    assert verdicts == [Verdict.ACCEPTED] * 40


def test_a_job_that_no_slot_survives_is_lost_alone(own_sandbox: LocalSandbox) -> None:
    jobs = [job("print(1)"), job("import time; time.sleep(9)"), job("print(2)")]
    stopped = threading.Event()
    killer = threading.Thread(target=_kill_busy_slots, args=(own_sandbox, stopped))
    killer.start()

    executions = own_sandbox.run(jobs)

    stopped.set()
    killer.join()
    assert [e.stdout for e in executions] == [b"1\n", b"", b"2\n"]
    assert executions[1].stopped_by is StopReason.INFRASTRUCTURE


def test_a_program_that_is_killed_from_outside_is_tried_again(own_sandbox: LocalSandbox) -> None:
    own_sandbox.run([job("")])
    killer = threading.Timer(0.3, _kill_programs, args=(own_sandbox,))
    killer.start()

    execution = own_sandbox.run([job("import time; time.sleep(1); print(1)")])[0]

    killer.join()
    assert judge(execution, "1") is Verdict.ACCEPTED


def test_a_slot_that_hangs_is_replaced() -> None:
    limits = Limits(cpu_s=0.2, wall_s=0.2, memory_mb=256, output_kb=64)
    sandbox = LocalSandbox(slots=1, answer_margin_s=0.2)
    sandbox.run([job("")])
    for pid in sandbox.pids():
        for supervisor in _children(pid):
            os.kill(supervisor, signal.SIGSTOP)

    execution = sandbox.run([job("print(1)", limits=limits)])[0]

    sandbox.close()
    assert judge(execution, "1") is Verdict.ACCEPTED


def test_a_time_out_costs_its_own_job_alone(own_sandbox: LocalSandbox) -> None:
    limits = Limits(cpu_s=0.3, wall_s=3.0, memory_mb=256, output_kb=64)
    sources = ["print(1)", "while True: pass", "print(2)"]

    executions = own_sandbox.run([job(source, limits=limits) for source in sources])

    assert [e.stopped_by for e in executions] == [None, StopReason.TIME, None]
    assert [e.stdout for e in executions] == [b"1\n", b"", b"2\n"]


def test_without_room_for_a_new_slot_jobs_are_lost_and_never_wrong(
    own_sandbox: LocalSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_sandbox.run([job("")])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    supervisors = [child for pid in own_sandbox.pids() for child in _children(pid)]
    _kill_slots(own_sandbox)
    while any(Path(f"/proc/{pid}").exists() for pid in supervisors):
        time.sleep(0.01)

    lost = [judge(e, "1") for e in own_sandbox.run([job("print(1)")] * 4)]
    monkeypatch.undo()
    found = [judge(e, "1") for e in own_sandbox.run([job("print(1)")] * 4)]

    assert lost == [Verdict.INFRASTRUCTURE] * 4
    assert found == [Verdict.ACCEPTED] * 4


def test_interrupted_jobs_leave_no_answer_for_the_next(own_sandbox: LocalSandbox) -> None:
    main = threading.main_thread().ident
    assert main is not None
    interrupt = threading.Timer(0.4, signal.pthread_kill, args=(main, signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        own_sandbox.run([job("import time; time.sleep(5); print('late')")])
    interrupt.join()

    assert own_sandbox.pids() == []
    assert own_sandbox.run([job("print('next')")])[0].stdout == b"next\n"


def _kill_slots(sandbox: LocalSandbox) -> None:
    for pid in sandbox.pids():
        os.kill(pid, signal.SIGKILL)


def _kill_busy_slots(sandbox: LocalSandbox, stopped: threading.Event) -> None:
    """Kill each slot that has run a program for a while."""
    while not stopped.wait(0.1):
        for pid in sandbox.pids():
            if any(_age_s(program) > 0.3 for program in _programs(pid)):
                os.kill(pid, signal.SIGKILL)


def _kill_programs(sandbox: LocalSandbox) -> None:
    for pid in sandbox.pids():
        for program in _programs(pid):
            os.kill(program, signal.SIGKILL)


def _programs(pid: int) -> list[int]:
    return [program for supervisor in _children(pid) for program in _children(supervisor)]


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def _age_s(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat") as file:
            start_ticks = int(file.read().rpartition(")")[2].split()[19])
    except OSError:
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start_ticks / os.sysconf("SC_CLK_TCK")
