"""The control group layer, on its own and in slots; the latter where one is delegated to the user.

Slots are tried with every choice of layers in which this one has something of its own to do.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tarot.sandbox import cgroup
from tarot.sandbox.clone import Fork
from tarot.sandbox.delegation import own_home
from tarot.sandbox.local import LAYERS, LocalSandbox
from tarot.types import Execution, Job, Limits, Program, StopReason

MEMORY_MB = 128
MOST_MB = MEMORY_MB + 64 + 32 + 2 * 1 + 64  # scratch, kernel, two outputs, pages of the supervisor
CHOICES = [
    LAYERS,
    ("seccomp", "landlock", "cgroup"),
    ("seccomp", "namespaces", "cgroup"),
    ("seccomp", "landlock", "uid", "cgroup"),
    ("cgroup",),
]

HELD_OUT_OF_SIGHT = """
import mmap
m = mmap.mmap(-1, 1 << 30)
for start in range(0, 1 << 30, 1 << 20):
    m[start:start + (1 << 20)] = bytes(1 << 20)
    m.madvise(mmap.MADV_DONTNEED, start, 1 << 20)
print("held")
"""
ALLOCATE_LATE = "import time; time.sleep(1); kept = b'x' * (1 << 30); print('held')"
FILL_EVERY_ROOM = """
import sys
kept = b"x" * (100 << 20)
for number in range(60):
    open(f"f{number}", "w").write("x" * 1_000_000)
sys.stdout.write("x" * 1_000_000)
sys.stderr.write("x" * 1_000_000)
"""
LEAVE_CHILDREN = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        time.sleep(1000)
"""
MANY_THREADS = """
import threading
stop = threading.Event()
threads = []
try:
    while len(threads) < 1000:
        threads.append(threading.Thread(target=stop.wait))
        threads[-1].start()
except RuntimeError:
    threads.pop()
stop.set()
print(len(threads) + 1)
"""
REPORT = """
import logging, sys
sys.stdin.read()
from tarot.sandbox.local import LocalSandbox
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
LocalSandbox(slots=1, layers=("seccomp", "landlock", "cgroup")).close()
"""
HOST = """
import sys
from tarot.sandbox.local import LocalSandbox
from tarot.types import Job, Limits, Program
sandbox = LocalSandbox(slots=1)
sandbox.run([Job(Program(""), b"", Limits(60, 60, 256, 64))])
print("running", flush=True)
sandbox.run([Job(Program("while True: pass"), b"", Limits(60, 60, 256, 64))])
"""


def job(source: str, memory_mb: int = MEMORY_MB) -> Job:
    return Job(Program(source), b"", Limits(20.0, 60.0, memory_mb, 1024))


def start(layers: tuple[str, ...] = LAYERS) -> LocalSandbox:
    """A sandbox of one slot in which the layer is on, or a skipped test."""
    sandbox = LocalSandbox(slots=1, layers=layers, require=(), attempts=1)
    if "cgroup" not in sandbox.layers:
        sandbox.close()
        pytest.skip("LOUD: no control group is delegated here: slots not tested in any")
    return sandbox


@pytest.fixture(scope="module", params=CHOICES, ids="+".join)
def sandbox(request: pytest.FixtureRequest) -> Iterator[LocalSandbox]:
    sandbox = start(request.param)
    sandbox.run([job("")])
    yield sandbox
    sandbox.close()


@pytest.fixture
def own() -> Iterator[LocalSandbox]:
    sandbox = start()
    sandbox.run([job("")])
    yield sandbox
    sandbox.close()


def test_removal_ends_all_that_runs_in_a_slots_groups(groups: Path) -> None:
    slot = groups / "slot"
    cgroup.make(str(slot), os.geteuid(), "")
    pids = [_pausing_in(slot / name) for name in ("supervisor", "program")]

    cgroup.remove(str(slot))

    assert [os.waitpid(pid, 0)[1] for pid in pids] == [signal.SIGKILL] * 2
    assert not slot.exists()
    cgroup.remove(str(slot))


def test_a_group_without_controllers_is_reported_in_one_line(groups: Path, root: Path) -> None:
    inner = groups / "inner"
    inner.mkdir()

    cause = f"no memory and no pids controller in {inner}/cgroup.controllers"
    assert _report_from(inner, root)[-1] == f"sandbox layer cgroup: {cause}"


def test_processes_are_moved_out_of_a_delegated_group_alone(
    own: LocalSandbox, groups: Path, root: Path
) -> None:
    before = _report_from(groups, root)
    os.setxattr(groups, "user.delegate", b"1")
    after = _report_from(groups, root)

    user = "" if os.geteuid() == 0 else "--user "
    advice = f"start with: systemd-run {user}--scope -p Delegate=yes COMMAND"
    assert before[-1] == f"sandbox layer cgroup: {groups} is not delegated; {advice}"
    assert after[0] == f"sandbox layer cgroup: moved 1 processes into {groups}/tarot-host"
    assert after[-1] == "sandbox layer cgroup: on"


def test_memory_that_is_mapped_nowhere_is_a_memory_limit(sandbox: LocalSandbox) -> None:
    keepers = sandbox.pids()

    execution = sandbox.run([job(HELD_OUT_OF_SIGHT)])[0]
    after = sandbox.run([job("print(1)")])[0]

    assert execution.stopped_by is StopReason.MEMORY
    assert execution.peak_mb < MEMORY_MB
    assert (after.stdout, sandbox.pids()) == (b"1\n", keepers)


def test_the_limit_holds_while_no_supervisor_looks(sandbox: LocalSandbox) -> None:
    (supervisor,) = _children(sandbox.pids()[0])
    found: list[Execution] = []
    batch = threading.Thread(target=lambda: found.extend(sandbox.run([job(ALLOCATE_LATE)])))
    batch.start()
    _wait_until(lambda: bool(_children(supervisor)))
    (program,) = _children(supervisor)

    os.kill(supervisor, signal.SIGSTOP)
    _wait_until(lambda: ") Z " in Path(f"/proc/{program}/stat").read_text())
    os.kill(supervisor, signal.SIGCONT)

    batch.join()
    assert found[0].stopped_by is StopReason.MEMORY
    assert MEMORY_MB < found[0].peak_mb < MOST_MB


def test_files_have_room_beside_the_memory(sandbox: LocalSandbox) -> None:
    execution = sandbox.run([job(FILL_EVERY_ROOM)])[0]

    assert (execution.exit_code, execution.stopped_by) == (0, None)
    assert len(execution.stdout) == 1_000_000


def test_each_program_has_its_own_limit(sandbox: LocalSandbox) -> None:
    allocate = "kept = b'x' * (250 << 20)"
    stops = [
        sandbox.run([job(source, memory_mb)])[0].stopped_by
        for source, memory_mb in ((HELD_OUT_OF_SIGHT, 64), (allocate, 300), (HELD_OUT_OF_SIGHT, 64))
    ]

    assert stops == [StopReason.MEMORY, None, StopReason.MEMORY]


def test_threads_are_bounded(sandbox: LocalSandbox) -> None:
    num_tasks = int(sandbox.run([job(MANY_THREADS)])[0].stdout)

    assert 120 <= num_tasks <= 128  # the limit for a user counts keeper and supervisor too


def test_memory_that_others_lack_is_an_outage(own: LocalSandbox) -> None:
    (slot,) = _slots(own)
    (slot / "memory.max").write_text(str(100 << 20))

    execution = own.run([job("kept = b'x' * (1 << 30)", memory_mb=512)])[0]

    assert execution.stopped_by is StopReason.INFRASTRUCTURE


def test_what_a_program_leaves_running_is_ended() -> None:
    sandbox = start(("cgroup",))
    execution = sandbox.run([job(LEAVE_CHILDREN)])[0]
    (slot,) = _slots(sandbox)

    left = (slot / "program/cgroup.procs").read_text()

    sandbox.close()
    assert (execution.exit_code, left) == (0, "")


@pytest.mark.parametrize("victim", ["keeper", "supervisor"])
def test_a_slot_that_was_killed_leaves_no_group(own: LocalSandbox, victim: str) -> None:
    (keeper,) = own.pids()
    (before,) = _slots(own)
    os.kill(keeper if victim == "keeper" else _children(keeper)[0], signal.SIGKILL)

    lost = own.run([job("")])[0]
    after = own.run([job("print(1)")])[0]

    assert (lost.stopped_by, after.stdout) == (StopReason.INFRASTRUCTURE, b"1\n")
    assert not before.exists()


def test_closing_leaves_no_group(own: LocalSandbox) -> None:
    own.run([job("import numpy")])
    slots = _slots(own)

    own.close()

    assert len(slots) == 2
    assert not any(slot.exists() for slot in slots)


def test_a_host_that_was_killed_leaves_no_group(own: LocalSandbox, root: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOST], stdout=subprocess.PIPE, cwd=root) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == b"running\n"
        num_slots = len(_groups_of(host.pid))
        host.kill()

    assert num_slots == 1
    _wait_until(lambda: not _groups_of(host.pid))


def _slots(sandbox: LocalSandbox) -> list[Path]:
    """The groups of its slots, by those that the supervisors are in."""
    supervisors = [_children(keeper)[0] for keeper in sandbox.pids()]
    groups = [Path(f"/proc/{pid}/cgroup").read_text().split("0::")[1] for pid in supervisors]
    names = [Path(group).parent.name for group in groups]
    return [Path(own_home().folder, name) for name in names]


def _groups_of(pid: int) -> list[Path]:
    return list(Path(own_home().folder).glob(f"tarot-{pid}-*"))


def _report_from(group: Path, root: Path) -> list[str]:
    """What a sandbox says of its layers that is started by a process of the group."""
    with subprocess.Popen(
        [sys.executable, "-c", REPORT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    ) as process:
        (group / "cgroup.procs").write_text(str(process.pid))
        return process.communicate("go")[0].splitlines()


def _pausing_in(group: Path) -> int:
    pid = Fork(os.open(group, os.O_PATH))()
    if pid == 0:
        signal.pause()
    return pid


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
