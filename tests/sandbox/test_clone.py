"""Forking into another control group; the child is as one of `os.fork`."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tarot.sandbox.clone import Fork


@pytest.fixture
def fork(groups: Path) -> Fork:
    return Fork(os.open(groups, os.O_PATH))


def test_the_child_is_in_the_group_and_the_parent_is_not(fork: Fork, groups: Path) -> None:
    before = Path("/proc/self/cgroup").read_text()

    child = _output(fork, lambda: Path("/proc/self/cgroup").read_text())

    assert child.splitlines()[-1].endswith("/" + groups.name)
    assert Path("/proc/self/cgroup").read_text() == before


def test_a_thread_of_the_child_can_signal_the_first_thread(fork: Fork) -> None:
    def talk() -> str:
        heard: list[int] = []
        signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
        first = threading.main_thread().ident or 0
        thread = threading.Thread(target=signal.pthread_kill, args=(first, signal.SIGUSR1))
        thread.start()
        thread.join()
        time.sleep(0.1)
        return str(heard == [signal.SIGUSR1])

    assert _output(fork, talk) == "True"


def test_what_is_registered_for_forks_runs(fork: Fork) -> None:
    sides: list[str] = []
    os.register_at_fork(
        before=lambda: sides.append("before"),
        after_in_parent=lambda: sides.append("parent"),
        after_in_child=lambda: sides.append("child"),
    )

    assert _output(fork, lambda: " ".join(sides)) == "before child"
    assert sides == ["before", "parent"]


def test_a_group_that_is_gone_is_an_error_and_the_process_goes_on(fork: Fork, groups: Path) -> None:
    folder = groups / "gone"
    folder.mkdir()
    gone = Fork(os.open(folder, os.O_PATH))
    folder.rmdir()

    with pytest.raises(OSError, match="clone3"):
        gone()
    assert _output(fork, lambda: "alive") == "alive"


def _output(fork: Fork, work: Callable[[], str]) -> str:
    """What `work` returns in a child, which must end well."""
    reader, writer = os.pipe()
    pid = fork()
    if pid == 0:
        try:
            os.write(writer, work().encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as stream:
        text = stream.read()
    assert os.waitpid(pid, 0)[1] == 0
    return text
