"""Forking into a control group, by clone3(2), which `os.fork` cannot be asked for.

A process that is moved after its fork waits for all forks of the machine, which takes
milliseconds; one that starts where it belongs waits for nothing.
"""

import ctypes
import os
import signal
import struct
import threading

from tarot.sandbox.linux import prctl
from tarot.sandbox.syscalls import NUMBERS

_CLEAR_TID, _SET_TID, _INTO_CGROUP = 0x00200000, 0x01000000, 0x200000000
_PR_GET_TID_ADDRESS = 40

# Both keep the interpreter's lock over a call, as a fork must.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_python = ctypes.pythonapi


class Fork:
    """As `os.fork`, for a process of one thread; the child starts in another control group."""

    def __init__(self, group: int) -> None:
        """`group` is a descriptor of its folder; raises OSError where the C library is unknown."""
        # struct clone_args: flags, pidfd, child_tid, parent_tid, exit_signal, …, cgroup
        flags = _CLEAR_TID | _SET_TID | _INTO_CGROUP
        rest = (0, 0, 0, 0, 0, group)
        record = struct.pack("=11Q", flags, 0, _thread_id_address(), 0, signal.SIGCHLD, *rest)
        self._arguments = ctypes.c_long(NUMBERS["clone3"]), record, ctypes.c_long(len(record))

    def __call__(self) -> int:
        """The child's process id, and 0 in the child; raises OSError."""
        _python.PyOS_BeforeFork()
        pid: int = _libc.syscall(*self._arguments)
        if pid == 0:
            _python.PyOS_AfterFork_Child()
            return 0
        _python.PyOS_AfterFork_Parent()
        if pid < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"clone3: {os.strerror(number)}")
        return pid


def _thread_id_address() -> int:
    """Where the C library keeps this thread's id, which a child's own must replace."""
    found = ctypes.c_uint64()
    prctl(_PR_GET_TID_ADDRESS, ctypes.addressof(found))
    kept = ctypes.c_int.from_address(found.value).value if found.value else 0
    if kept != threading.get_native_id():
        raise OSError("this C library keeps its threads' ids in a place of its own")
    return found.value
