"""Where the control groups of slots are made: beside the sandbox, in its own, if it is delegated.

A cgroup (version 2) with processes in it cannot limit groups within it. So where this process's
is delegated, its processes are moved into a group of its own beside those of the slots; elsewhere
they are somebody else's to move, as systemd's.
"""

import contextlib
import errno
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

from tarot.sandbox.cgroup import CONTROLLERS, ENABLE, remove_empty, write

logger = logging.getLogger(__name__)

HOST = "tarot-host"

_SLOT = re.compile(r"tarot-(\d+)-")
_MARKS = ("user.delegate", "trusted.delegate")
_NUM_TRIES = 10


class Undelegated(Exception):
    """Why no control group can be made here."""


@dataclass(frozen=True, slots=True)
class Home:
    """A control group's folder, and where the hierarchy that holds it is mounted."""

    folder: str
    mount: str


def delegated() -> str:
    """The folder for the control groups of slots; what killed sandboxes left there is removed.

    Raises Undelegated.
    """
    try:
        home = own_home()
        _check_controllers(home.folder)
        _enable(home)
        sweep(home.folder)
    except OSError as error:
        raise Undelegated(str(error)) from error
    return home.folder


def slot_folder(home: str, folder: str) -> str:
    """Where a slot with a temporary `folder` makes its groups; the name says whose they are."""
    return os.path.join(home, f"tarot-{os.getpid()}-{folder.rpartition('-')[2]}")


def own_home() -> Home:
    """The control group of this process; raises Undelegated or OSError."""
    return find_home(_text("/proc/self/cgroup"), _text("/proc/self/mountinfo"))


def find_home(membership: str, mounts: str) -> Home:
    """The control group of a process, by the text of its /proc/PID/cgroup and mountinfo.

    One into which a sandbox moved its process stands for the group around it. Raises Undelegated
    where there is no version 2, or its mount does not show the group.
    """
    own = next((line[3:] for line in membership.splitlines() if line.startswith("0::")), None)
    if own is None:
        raise Undelegated("there are no control groups of version 2")
    for line in mounts.splitlines():
        fields, _, kind = line.partition(" - ")
        root, mount = (_unescaped(word) for word in fields.split()[3:5])
        inside = os.path.relpath(own, root)
        if kind.startswith("cgroup2 ") and ".." not in f"{own}/{root}/{inside}".split("/"):
            folder = os.path.normpath(os.path.join(mount, inside))
            is_ours = folder != mount and os.path.basename(folder) == HOST
            return Home(os.path.dirname(folder) if is_ours else folder, mount)
    raise Undelegated(f"no mount of type cgroup2 shows {own}")


def sweep(home: str) -> None:
    """Remove the slots' groups whose sandbox is gone, where they are empty."""
    for name in os.listdir(home):
        slot = _SLOT.match(name)
        if slot and not os.path.exists(f"/proc/{slot[1]}"):
            with contextlib.suppress(OSError):
                remove_empty(os.path.join(home, name))


def vacate(folder: str) -> None:
    """Move the processes of a control group into one within it; raises OSError."""
    host = os.path.join(folder, HOST)
    os.makedirs(host, exist_ok=True)
    processes = _text(f"{folder}/cgroup.procs").split()
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            write(f"{host}/cgroup.procs", pid)
    logger.info("sandbox layer cgroup: moved %d processes into %s", len(processes), host)


def _check_controllers(folder: str) -> None:
    path = f"{folder}/cgroup.controllers"
    missing = set(CONTROLLERS) - set(_text(path).split())
    if missing:
        raise Undelegated(f"no {' and no '.join(sorted(missing))} controller in {path}")


def _enable(home: Home) -> None:
    """Hand the controllers to groups within, which takes a group without processes."""
    control = f"{home.folder}/cgroup.subtree_control"
    for _ in range(_NUM_TRIES):
        if set(CONTROLLERS) <= set(_text(control).split()):
            return
        try:
            write(control, ENABLE)
        except OSError as error:
            if error.errno != errno.EBUSY or not _is_marked(home):
                user = "" if os.geteuid() == 0 else "--user "
                advice = f"start with: systemd-run {user}--scope -p Delegate=yes COMMAND"
                raise Undelegated(f"{home.folder} is not delegated; {advice}") from error
            vacate(home.folder)
    raise Undelegated(f"{home.folder} does not get rid of its processes")


def _is_marked(home: Home) -> bool:
    """Whether a group is delegated by systemd, or is all that this container has."""
    return home.folder == home.mount or any(_has_mark(home.folder, name) for name in _MARKS)


def _has_mark(folder: str, name: str) -> bool:
    try:
        return os.getxattr(folder, name) == b"1"
    except OSError:
        return False


def _text(path: str) -> str:
    return Path(path).read_text()


def _unescaped(word: str) -> str:
    """A path of mountinfo, where spaces and the like are octal numbers."""
    return re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), word)
