"""System calls that the standard library does not offer, through the C library."""

import ctypes
import os
import resource
import struct

from tarot.sandbox.syscalls import NUMBERS

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_CAPABILITY_VERSION_3 = 0x20080522
_ATTRIBUTES_SIZE = 128

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def syscall(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """The result of a system call; raises OSError where the kernel refuses it."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = _libc.syscall(ctypes.c_long(NUMBERS[name]), *words)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process; raises OSError."""
    syscall("prctl", option, value, 0, 0, 0)


def die_with_parent(signal: int) -> None:
    """Have the kernel send `signal` when the parent process ends."""
    prctl(PR_SET_PDEATHSIG, signal)


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    syscall("capset", header, bytes(24))


def address(buffer: ctypes.Array[ctypes.c_char]) -> int:
    """Where a buffer lies in memory."""
    return ctypes.addressof(buffer)


def lower_limit(kind: int, value: int) -> None:
    """Set soft and hard resource limit to `value`, or to the hard limit where that is lower."""
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def set_thread_stack(size: int) -> None:
    """Give new threads stacks of `size` bytes, whatever RLIMIT_STACK says; glibc alone needs it."""
    if not hasattr(_libc, "pthread_setattr_default_np"):
        return
    attributes = ctypes.create_string_buffer(_ATTRIBUTES_SIZE)
    _libc.pthread_attr_init(attributes)
    _libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(size))
    _libc.pthread_setattr_default_np(attributes)
    _libc.pthread_attr_destroy(attributes)
