"""The system call layer: a BPF filter, assembled here, for one program's process.

Allowed is what an interpreter needs to compute, to use its own descriptors and its scratch
folder, and to start threads. Making processes or sockets, tracing, and administration kill the
program (SIGSYS); what well-meaning libraries try and can do without is refused with an error;
an unknown call does not exist (ENOSYS).
"""

import ctypes
import errno
import os
import signal
import struct
from collections.abc import Iterable, Mapping

from tarot.sandbox.linux import address, syscall
from tarot.sandbox.syscalls import NUMBERS

_ALLOWED = """
alarm brk chdir clock_getres clock_gettime clock_nanosleep close close_range copy_file_range
creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait
eventfd eventfd2 exit exit_group fadvise64 fallocate fchdir fdatasync flock fstat fstatfs fsync
ftruncate futex futex_waitv get_robust_list getcpu getcwd getdents getdents64 getegid geteuid
getgid getgroups getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom
getresgid getresuid getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid
lseek lstat madvise membarrier mincore mkdir mkdirat mmap mprotect mremap msync munmap nanosleep
newfstatat pause pipe pipe2 poll ppoll pread64 preadv preadv2 pselect6 pwrite64
pwritev pwritev2 read readlink readlinkat readv recvfrom recvmsg rename renameat renameat2
restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend
rt_sigtimedwait sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getparam
sched_getscheduler sched_yield select sendfile sendmsg sendto set_robust_list set_tid_address
setitimer setrlimit setsockopt shutdown sigaltstack signalfd4 stat statfs statx sysinfo time
timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create
timerfd_gettime timerfd_settime times umask uname unlink unlinkat wait4 waitid write writev
"""
_FATAL = """
accept accept4 acct add_key adjtimex bind bpf chroot clock_adjtime clock_settime connect
delete_module execve execveat finit_module fork fsconfig fsmount fsopen fspick init_module
io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load
keyctl listen mount mount_setattr move_mount name_to_handle_at open_by_handle_at open_tree
perf_event_open pidfd_getfd pidfd_open pidfd_send_signal pivot_root process_madvise
process_vm_readv process_vm_writev ptrace quotactl reboot request_key setdomainname sethostname
setns settimeofday socket swapoff swapon umount2 unshare userfaultfd
"""
_REFUSED = """
capset chmod chown fchmod fchmodat fchmodat2 fchown fchownat fremovexattr fsetxattr futimesat
ioprio_set lchown link linkat lremovexattr lsetxattr migrate_pages mknod mknodat move_pages
personality removexattr rt_sigqueueinfo rt_tgsigqueueinfo sched_setattr sched_setparam
sched_setscheduler setfsgid setfsuid setgid setgroups setpgid setpriority setregid setresgid
setresuid setreuid setsid setuid setxattr symlink symlinkat tkill truncate utime utimensat utimes
vfork
"""
_INACCESSIBLE = "access faccessat faccessat2"

_LOAD, _AND = 0x20, 0x54
_EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_SET_MODE_FILTER = 1
_OWN_PID = -1

_CLONE_THREAD, _CLONE_VFORK = 0x10000, 0x4000
_O_WRONLY, _O_RDWR, _O_ACCMODE, _O_TRUNC = 1, 2, 3, 0o1000
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF
_PRCTLS = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS … FIOCLEX: one's own files
_FCNTLS = (8, 10, 15, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_NOTIFY: signals by descriptor

Instruction = tuple[int, int, int, int]


class SyscallFilter:
    """The filter for one program after another; only the process id in it changes."""

    def __init__(self) -> None:
        """Assemble for this machine; raises KeyError for one that is not known."""
        program = assemble(os.uname().machine, NUMBERS)
        code = b"".join(struct.pack("=HBBI", c, t, f, k & 0xFFFFFFFF) for c, t, f, k in program)
        self._pid_offsets = [i * 8 + 4 for i, step in enumerate(program) if step[3] == _OWN_PID]
        self._code = ctypes.create_string_buffer(code, len(code))
        self._header = struct.pack("=HxxxxxxQ", len(program), address(self._code))

    def install(self) -> None:
        """Bind this process, for good, to the filter; needs no_new_privs."""
        for offset in self._pid_offsets:
            struct.pack_into("=I", self._code, offset, os.getpid())
        syscall("seccomp", _SET_MODE_FILTER, 0, self._header)


def assemble(machine: str, numbers: Mapping[str, int]) -> list[Instruction]:
    """The filter's code for a machine; -1 stands where the program's own process id belongs."""
    guard = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, _AUDIT[machine]),
        _return(_KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    blocks = dict(_blocks(numbers))
    unknown = [_return(_ERROR | errno.ENOSYS)]
    starts: list[tuple[int, list[Instruction]]] = [(0, blocks.get(0, unknown))]
    for number in range(1, max(blocks) + 2):
        block = blocks.get(number, unknown)
        if block != starts[-1][1]:
            starts.append((number, block))
    starts.append((_X32, [_return(_KILL)]))
    return guard + _search(starts)


def _search(starts: list[tuple[int, list[Instruction]]]) -> list[Instruction]:
    """A binary search for the block whose range of call numbers holds the loaded one."""
    if len(starts) == 1:
        return starts[0][1]
    middle = len(starts) // 2
    low, high = _search(starts[:middle]), _search(starts[middle:])
    boundary = starts[middle][0]
    if len(low) < 256:
        return [(_AT_LEAST, len(low), 0, boundary), *low, *high]
    return [(_AT_LEAST, 0, 1, boundary), (0x05, 0, 0, len(low)), *low, *high]


def _blocks(numbers: Mapping[str, int]) -> Iterable[tuple[int, list[Instruction]]]:
    results = {
        _ALLOWED: _ALLOW,
        _FATAL: _KILL,
        _REFUSED: _ERROR | errno.EPERM,
        _INACCESSIBLE: _ERROR | errno.EACCES,
    }
    for names, result in results.items():
        for name in names.split():
            if name in numbers:
                yield numbers[name], [_return(result)]
    for name, block in _argument_checks().items():
        if name in numbers:
            yield numbers[name], block


def _argument_checks() -> dict[str, list[Instruction]]:
    refuse, kill = _ERROR | errno.EPERM, _KILL
    return {
        "clone": [
            _argument(0),
            (_ANY_BIT, 0, 1, _CLONE_THREAD),
            _return(_ALLOW),
            (_ANY_BIT, 0, 1, _CLONE_VFORK),
            _return(refuse),
            _return(kill),
        ],
        "socketpair": [
            _argument(0),
            (_EQUAL, 1, 0, _AF_UNIX),
            _return(kill),
            _argument(1),
            (_AND, 0, 0, _SOCK_TYPE_MASK),
            *_only((_SOCK_STREAM,), kill),
        ],
        "open": _truncating_for_writers(flags_argument=1),
        "openat": _truncating_for_writers(flags_argument=2),
        "kill": _own_signal(sender_argument=0, signal_argument=1),
        "tgkill": _own_signal(sender_argument=0, signal_argument=2),
        "prlimit64": [_argument(0), *_only((0, _OWN_PID), refuse)],
        "sched_setaffinity": [_argument(0), *_only((0, _OWN_PID), refuse)],
        "prctl": [_argument(0), *_only(_PRCTLS, refuse)],
        "ioctl": [_argument(1), *_only(_IOCTLS, _ERROR | errno.ENOTTY)],
        "fcntl": [_argument(1), *_except(_FCNTLS, refuse)],
    }


def _truncating_for_writers(flags_argument: int) -> list[Instruction]:
    """Truncation only of what is opened to be written to, which Landlock always asks about.

    Before its ABI 3 it asks about no other: neither O_TRUNC for readers nor truncate by path,
    which is refused as a whole.
    """
    return [
        _argument(flags_argument),
        (_ANY_BIT, 1, 0, _O_TRUNC),
        _return(_ALLOW),
        (_AND, 0, 0, _O_ACCMODE),
        *_only((_O_WRONLY, _O_RDWR), _ERROR | errno.EACCES),
    ]


def _own_signal(sender_argument: int, signal_argument: int) -> list[Instruction]:
    """Signals to oneself, but SIGKILL: a death by SIGKILL is always somebody else's doing."""
    return [
        _argument(sender_argument),
        (_EQUAL, 1, 0, _OWN_PID),
        _return(_ERROR | errno.EPERM),
        _argument(signal_argument),
        *_except((signal.SIGKILL,), _ERROR | errno.EPERM),
    ]


def _only(values: tuple[int, ...], otherwise: int) -> list[Instruction]:
    tests = [(_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [*tests, _return(otherwise), _return(_ALLOW)]


def _except(values: tuple[int, ...], result: int) -> list[Instruction]:
    tests = [(_EQUAL, len(values) - i, 0, int(value)) for i, value in enumerate(values)]
    return [*tests, _return(_ALLOW), _return(result)]


def _argument(index: int) -> Instruction:
    return (_LOAD, 0, 0, _FIRST_ARGUMENT + 8 * index)


def _return(result: int) -> Instruction:
    return (_RETURN, 0, 0, result)
