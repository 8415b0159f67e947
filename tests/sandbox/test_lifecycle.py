"""Starting, failing to start, sharing and ending sandboxes."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tarot.sandbox.local import LAYERS, LocalSandbox
from tarot.types import Job, Limits, Program, StopReason, UserError

LIMITS = Limits(cpu_s=2.0, wall_s=10.0, memory_mb=256, output_kb=64)
HOST = """
import sys
from tarot.sandbox.local import LocalSandbox
from tarot.types import Job, Limits, Program
limits = Limits(60, 60, 256, 64)
sandbox = LocalSandbox(slots=2)
sandbox.run([Job(Program("print(1)"), b"", limits)] * 4)
print(*sandbox.pids(), flush=True)
"""


def job(source: str) -> Job:
    return Job(Program(source), b"", LIMITS)


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_closing_leaves_no_process_descriptor_or_folder(temporary_folder: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))
    sandbox = LocalSandbox(slots=2)
    sandbox.run([job("import time; time.sleep(.1)"), job("import numpy")] * 2)
    processes = [pid for keeper in sandbox.pids() for pid in _family(keeper)]

    sandbox.close()
    sandbox.close()

    assert len(processes) >= 4
    assert _alive(processes) == []
    assert set(os.listdir("/proc/self/fd")) == before
    assert list(temporary_folder.iterdir()) == []


def test_a_forgotten_sandbox_ends_with_its_last_reference() -> None:
    sandbox = LocalSandbox(slots=1)
    sandbox.run([job("")])
    processes = _family(sandbox.pids()[0])

    del sandbox

    assert _alive(processes) == []


@pytest.mark.parametrize("program", ["", "while True: pass"])
def test_slots_die_when_their_host_is_killed(root: Path, program: str) -> None:
    script = HOST + f"sandbox.run([Job(Program({program!r}), b'', limits)] * 2)\nsys.stdin.read()"
    with _host(script, root) as host:
        assert host.stdout is not None
        keepers = [int(pid) for pid in host.stdout.readline().split()]
        time.sleep(0.3)
        processes = [pid for keeper in keepers for pid in _family(keeper)]
        host.kill()

    assert len(processes) >= 4
    _wait_until_dead(processes)


def test_ctrl_c_reaches_the_host_alone(root: Path) -> None:
    script = (
        HOST
        + """
try:
    sandbox.run([Job(Program("while True: pass"), b"", limits)])
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    )
    with _host(script, root, start_new_session=True) as host:
        assert host.stdout is not None
        host.stdout.readline()
        time.sleep(0.3)
        os.killpg(host.pid, signal.SIGINT)
        stdout, stderr = host.communicate(timeout=20)

    assert (stdout, stderr) == (b"interrupted\n", b"")


def test_several_sandboxes_and_threads_work_at_once() -> None:
    sandboxes = [LocalSandbox(slots=1), LocalSandbox(slots=2)]
    results: dict[int, list[bytes]] = {}

    def work(number: int) -> None:
        executions = sandboxes[number % 2].run([job(f"print({number})")] * 5)
        results[number] = [execution.stdout for execution in executions]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for sandbox in sandboxes:
        sandbox.close()

    assert results == {number: [f"{number}\n".encode()] * 5 for number in range(6)}


def test_a_process_that_is_forked_off_the_host_ends_no_slot() -> None:
    sandbox = LocalSandbox(slots=1)
    sandbox.run([job("")])
    pid = os.fork()
    if pid == 0:
        sandbox.close()
        os._exit(0)
    os.waitpid(pid, 0)

    assert sandbox.run([job("print(1)")])[0].stdout == b"1\n"
    sandbox.close()


def test_an_empty_batch_has_no_executions() -> None:
    sandbox = LocalSandbox(slots=1)

    assert sandbox.run([]) == []
    sandbox.close()


def test_a_closed_sandbox_loses_every_job_and_starts_nothing() -> None:
    sandbox = LocalSandbox(slots=1)
    sandbox.close()

    executions = sandbox.run([job("print(1)")] * 2)

    assert [e.stopped_by for e in executions] == [StopReason.INFRASTRUCTURE] * 2
    assert sandbox.pids() == []


def test_what_the_host_ignores_or_blocks_is_not_handed_down() -> None:
    ignored = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        sandbox = LocalSandbox(slots=1)
        execution = sandbox.run([job("import signal, time; signal.alarm(1); time.sleep(5)")])[0]
        sandbox.close()
    finally:
        signal.signal(signal.SIGCHLD, ignored)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    assert (execution.exit_code, execution.stopped_by) == (-signal.SIGALRM, None)


def test_a_host_with_tighter_limits_still_runs_programs(root: Path) -> None:
    script = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24,) * 2)\n"
    script += "resource.setrlimit(resource.RLIMIT_STACK, (1 << 23,) * 2)\n" + HOST.replace(
        "64)", "1 << 20)"
    )
    with _host(script + "print(sandbox.run([Job(Program(''), b'', limits)])[0])", root) as host:
        stdout, stderr = host.communicate(timeout=30)

    assert b"stopped_by=None" in stdout
    assert stderr == b""


def test_each_layer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="tarot.sandbox"):
        LocalSandbox(slots=1, layers=("seccomp", "landlock")).close()

    assert caplog.messages == [
        "sandbox layer seccomp: on",
        "sandbox layer landlock: on",
        "sandbox layer namespaces: not asked for",
        "sandbox layer uid: not asked for",
        "sandbox layer cgroup: not asked for",
    ]


def test_a_required_layer_that_is_missing_is_one_line() -> None:
    with pytest.raises(UserError) as error:
        LocalSandbox(slots=1, layers=("seccomp",))

    assert str(error.value) == (
        "sandbox.require: landlock|namespaces is missing here (landlock: not asked for; "
        "namespaces: not asked for); use sandbox=docker where there is an engine or, for programs "
        "that you trust, sandbox=unsafe_local"
    )


def test_without_requirements_it_warns(caplog: pytest.LogCaptureFixture) -> None:
    sandbox = LocalSandbox(slots=1, layers=(), require=())

    assert sandbox.run([job("print(1)")])[0].stdout == b"1\n"
    sandbox.close()
    assert "between them and this machine there is no layer" in caplog.text


def test_an_unknown_layer_is_named() -> None:
    with pytest.raises(UserError, match=r"sandbox\.layers: there is no layer 'selinux'"):
        LocalSandbox(layers=("seccomp", "selinux"))
    with pytest.raises(UserError, match=r"sandbox\.require: there is no layer 'selinux'"):
        LocalSandbox(require=("seccomp|selinux",))


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer not in ("uid", "cgroup")])
def test_each_layer_works_alone(layer: str) -> None:
    sandbox = LocalSandbox(slots=1, layers=(layer,), require=())

    assert sandbox.layers == {layer}
    assert sandbox.run([job("print(1)")])[0].stdout == b"1\n"
    sandbox.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_users_are_changed_only_where_programs_can_still_import() -> None:
    sandbox = LocalSandbox(slots=1, layers=("seccomp", "landlock", "uid"))
    others_can_read = all(
        os.stat(folder).st_mode & 0o005 == 0o005
        for folder in (Path(os.__file__).parent, *Path(os.__file__).parents)
    )

    execution = sandbox.run([job("import decimal, os; print(os.getuid() > 0)")])[0]

    sandbox.close()
    assert ("uid" in sandbox.layers) is others_can_read
    assert execution.stdout == f"{others_can_read}\n".encode()


def _host(script: str, root: Path, start_new_session: bool = False) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=root,
        start_new_session=start_new_session,
    )


def _family(pid: int) -> list[int]:
    """A process and all that it and its children started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _alive(processes: list[int]) -> list[int]:
    return [pid for pid in processes if Path(f"/proc/{pid}").exists()]


def _wait_until_dead(processes: list[int]) -> None:
    deadline_s = time.monotonic() + 5
    while _alive(processes):
        assert time.monotonic() < deadline_s, _alive(processes)
        time.sleep(0.05)
