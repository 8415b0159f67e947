"""Whose control group this is, and what a sandbox makes of it."""

import os
import signal
from pathlib import Path

import pytest

from tarot.sandbox.clone import Fork
from tarot.sandbox.delegation import Home, Undelegated, find_home, sweep, vacate

UNIFIED = "25 1 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
HYBRID = """\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
34 31 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""
SCOPE = "/user.slice/user-1000.slice/user@1000.service/app.slice/run-7.scope"


@pytest.mark.parametrize(
    ("membership", "mounts", "folder"),
    [
        (f"0::{SCOPE}\n", UNIFIED, f"/sys/fs/cgroup{SCOPE}"),
        (f"0::{SCOPE}/tarot-host\n", UNIFIED, f"/sys/fs/cgroup{SCOPE}"),
        ("4:memory:/a\n1:cpu:/\n0::/b c\n", HYBRID, "/sys/fs/cgroup/unified/b c"),
        ("0::/\n", UNIFIED, "/sys/fs/cgroup"),
        ("0::/tarot-host\n", UNIFIED, "/sys/fs/cgroup"),
        ("0::/docker/ab/x\n", UNIFIED.replace(" / ", " /docker/ab ", 1), "/sys/fs/cgroup/x"),
        ("0::/x\n", UNIFIED.replace("/sys/fs/cgroup", r"/my\040groups"), "/my groups/x"),
    ],
    ids=["scope", "moved", "hybrid", "root", "moved below the root", "container", "space"],
)
def test_the_group_of_a_process_is_found(membership: str, mounts: str, folder: str) -> None:
    assert find_home(membership, mounts).folder == folder


def test_the_group_that_is_mounted_is_told_from_those_within() -> None:
    mounts = UNIFIED.replace(" / ", " /docker/ab ", 1)

    assert find_home("0::/docker/ab\n", mounts) == Home("/sys/fs/cgroup", "/sys/fs/cgroup")
    assert find_home("0::/docker/ab/x\n", mounts) == Home("/sys/fs/cgroup/x", "/sys/fs/cgroup")


@pytest.mark.parametrize(
    ("membership", "mounts", "cause"),
    [
        ("4:memory:/a\n", HYBRID, "there are no control groups of version 2"),
        ("0::/\n", "", "no mount of type cgroup2 shows /"),
        ("0::/b\n", UNIFIED.replace(" / ", " /a ", 1), "no mount of type cgroup2 shows /b"),
        ("0::/../b\n", UNIFIED, r"no mount of type cgroup2 shows /\.\./b"),
        ("0::/\n", UNIFIED.replace(" / ", " /.. ", 1), "no mount of type cgroup2 shows /"),
    ],
)
def test_a_group_out_of_sight_is_named(membership: str, mounts: str, cause: str) -> None:
    with pytest.raises(Undelegated, match=f"^{cause}$"):
        find_home(membership, mounts)


def test_only_empty_groups_of_dead_sandboxes_are_swept(groups: Path) -> None:
    dead = f"tarot-{_dead_pid()}"
    left, busy, other = groups / f"{dead}-a", groups / f"{dead}-b", groups / "a"
    alive = groups / f"tarot-{os.getpid()}-a"
    for group in (left / "program", left / "supervisor", alive, busy / "supervisor", other):
        group.mkdir(parents=True)
    (busy / "program").mkdir()
    pid = _pausing_in(busy / "supervisor")

    sweep(str(groups))

    _end(pid)
    assert {path.name for path in groups.iterdir() if path.is_dir()} == {
        alive.name,
        busy.name,
        other.name,
    }
    assert (busy / "program").is_dir()


def test_processes_are_moved_into_a_group_of_their_own(groups: Path) -> None:
    pids = {_pausing_in(groups) for _ in range(3)}

    vacate(str(groups))

    moved = {int(pid) for pid in (groups / "tarot-host/cgroup.procs").read_text().split()}
    left = (groups / "cgroup.procs").read_text()
    for pid in pids:
        _end(pid)
    assert (moved, left) == (pids, "")


def _pausing_in(group: Path) -> int:
    descriptor = os.open(group, os.O_PATH)
    pid = Fork(descriptor)()
    if pid == 0:
        signal.pause()
    os.close(descriptor)
    return pid


def _dead_pid() -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
