"""The file layer: a Landlock domain that sees the interpreter and a scratch folder, nothing else.

Landlock does not cover stat, chdir, chmod, chown, time stamps, attributes or access(2), nor, before
its ABI 3, truncation by path or of what is opened for reading; the system call filter refuses
those that change something.
"""

import os
import stat
import struct
from collections.abc import Iterable

from tarot.sandbox.linux import syscall

_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_REMOVE_DIR = 1 << 4
_REMOVE_FILE = 1 << 5
_MAKE_DIR = 1 << 7
_MAKE_REG = 1 << 8
_TRUNCATE = 1 << 14

_READ = _READ_FILE | _READ_DIR
_SCRATCH = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE

_NUM_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_ALL_FILE_RIGHTS = 16
_NETWORK_ABI = 4
_SCOPE_ABI = 6
_BOTH = 0b11

_VERSION = 1
_PATH_BENEATH = 1


def abi() -> int:
    """The kernel's Landlock version; raises OSError where there is none."""
    return syscall("landlock_create_ruleset", None, 0, _VERSION)


def create_ruleset(readable: Iterable[str], listable: Iterable[str], scratch: str) -> int:
    """A ruleset's descriptor: read `readable`, list `listable`, read and write `scratch`.

    Paths that do not exist are passed over. Everything else that this kernel's Landlock can
    refuse is refused: other files, TCP, and signals and abstract sockets out of the domain.
    """
    version = abi()
    handled = (1 << _NUM_FILE_RIGHTS.get(version, _ALL_FILE_RIGHTS)) - 1
    ruleset = syscall("landlock_create_ruleset", *_attributes(version, handled), 0)
    for path in readable:
        _allow(ruleset, path, _READ)
    for path in listable:
        _allow(ruleset, path, _READ_DIR)
    _allow(ruleset, scratch, _SCRATCH & handled)
    return ruleset


def restrict(ruleset: int) -> None:
    """Enter the domain of `ruleset`, for good; needs no_new_privs."""
    syscall("landlock_restrict_self", ruleset, 0)


def _attributes(version: int, handled: int) -> tuple[bytes, int]:
    network = _BOTH if version >= _NETWORK_ABI else 0
    scopes = _BOTH if version >= _SCOPE_ABI else 0
    record = struct.pack("=QQQ", handled, network, scopes)
    size = 24 if scopes else 16 if network else 8
    return record[:size], size


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FILE_RIGHTS
        rule = struct.pack("=Qi", rights, descriptor)
        syscall("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
