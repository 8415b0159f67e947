"""Whose sandbox it is: what is noted on each one, so that those without a master can be found."""

import hashlib
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

MARK = {"tarot": "sandbox"}


def metadata() -> dict[str, str]:
    """What a fleet of this process notes on its sandboxes; `owner` is that fleet's alone."""
    return MARK | {
        "host": _host(),
        "process": f"{os.getpid()}-{_started(os.getpid())}",
        "owner": secrets.token_hex(8),
    }


def is_orphan(noted: Mapping[str, str]) -> bool:
    """Whether a process of this machine made it that is no more."""
    if noted.get("host") != _host():
        return False
    pid, _, started = noted.get("process", "").partition("-")
    return not pid.isdigit() or _started(int(pid)) != started


def _host() -> str:
    """This machine since it was started, these processes and this user, by a number.

    Others may have the same name and numbers for their processes.
    """
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    words = (socket.gethostname(), boot, os.readlink("/proc/self/ns/pid"), os.getuid())
    return hashlib.sha256(repr(words).encode()).hexdigest()[:12]


def _started(pid: int) -> str:
    """When a process began, in ticks of the clock; empty where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]
