"""The filter's code is run here by a small interpreter of BPF, for both machines."""

import errno
import operator
import re
import struct
from pathlib import Path

import pytest

from tarot.sandbox import seccomp
from tarot.sandbox.syscalls import numbers

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
OWN = 4242
JUMPS = {0x15: operator.eq, 0x35: operator.ge, 0x45: operator.and_}
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
REFUSE = ERROR | errno.EPERM

each_machine = pytest.mark.parametrize("machine", MACHINES)


def verdict(machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    program = seccomp.assemble(machine, numbers(machine))
    data = struct.pack(
        "=iIQ6Q", number, audit or MACHINES[machine], 0, *arguments, *[0] * (6 - len(arguments))
    )
    position, value = 0, 0
    while True:
        code, if_true, if_false, constant = program[position]
        constant = OWN if constant == -1 else constant
        position += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("=I", data, constant)
            case 0x54:
                value &= constant
            case 0x05:
                position += constant
            case 0x06:
                return constant
            case _:
                position += if_true if JUMPS[code](value, constant) else if_false


def of(machine: str, name: str, *arguments: int) -> int:
    return verdict(machine, numbers(machine)[name], *arguments)


@each_machine
@pytest.mark.parametrize("name", ["read", "write", "openat", "mmap", "futex", "exit_group", "brk"])
def test_computing_is_allowed(machine: str, name: str) -> None:
    assert of(machine, name) == ALLOW


@each_machine
@pytest.mark.parametrize(
    "name", ["socket", "connect", "ptrace", "unshare", "execve", "bpf", "mount"]
)
def test_what_no_program_needs_is_fatal(machine: str, name: str) -> None:
    assert of(machine, name) == KILL


@each_machine
@pytest.mark.parametrize("name", ["symlinkat", "fchmodat", "setuid", "setsid", "tkill", "capset"])
def test_what_can_be_done_without_is_refused(machine: str, name: str) -> None:
    assert of(machine, name) == REFUSE


@each_machine
def test_every_call_outside_the_lists_does_not_exist(machine: str) -> None:
    named = {
        number
        for name, number in numbers(machine).items()
        if not name.startswith("landlock") and name != "seccomp"
    }
    unknown = [n for n in range(600) if n not in named]

    assert {verdict(machine, number) for number in unknown} == {ERROR | errno.ENOSYS}


@each_machine
@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("clone", (0x3D0F00,), ALLOW),
        ("clone", (0x4111,), REFUSE),
        ("clone", (0x1200011,), KILL),
        ("kill", (OWN, 15), ALLOW),
        ("kill", (OWN, 9), REFUSE),
        ("kill", (1, 15), REFUSE),
        ("kill", (0, 15), REFUSE),
        ("kill", (2**64 - 1, 0), REFUSE),
        ("tgkill", (OWN, 7, 6), ALLOW),
        ("tgkill", (OWN, 7, 9), REFUSE),
        ("tgkill", (1, 1, 6), REFUSE),
        ("prlimit64", (0,), ALLOW),
        ("prlimit64", (OWN,), ALLOW),
        ("prlimit64", (1,), REFUSE),
        ("sched_setaffinity", (0,), ALLOW),
        ("sched_setaffinity", (1,), REFUSE),
        ("socketpair", (1, 1), ALLOW),
        ("socketpair", (1, 0x80801), ALLOW),
        ("socketpair", (1, 2), KILL),
        ("socketpair", (2, 1), KILL),
        ("prctl", (15,), ALLOW),
        ("prctl", (1,), REFUSE),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), ERROR | errno.ENOTTY),
        ("openat", (0, 0, 0), ALLOW),
        ("openat", (0, 0, 0o1001), ALLOW),
        ("openat", (0, 0, 0o1102), ALLOW),
        ("openat", (0, 0, 0o1000), ERROR | errno.EACCES),
        ("openat", (0, 0, 0o1003), ERROR | errno.EACCES),
        ("truncate", (0, 0), REFUSE),
        ("ftruncate", (0, 0), ALLOW),
        ("fcntl", (0, 3), ALLOW),
        ("fcntl", (0, 8), REFUSE),
    ],
)
def test_arguments_decide(machine: str, name: str, arguments: tuple[int, ...], result: int) -> None:
    assert of(machine, name, *arguments) == result


def test_the_older_call_that_opens_is_judged_by_its_flags_too() -> None:
    results = [of("x86_64", "open", 0, flags) for flags in (0, 0o1001, 0o1002, 0o1000, 0o1003)]
    assert results == [ALLOW, ALLOW, ALLOW, ERROR | errno.EACCES, ERROR | errno.EACCES]


def test_calls_of_another_machine_are_fatal() -> None:
    assert verdict("x86_64", 0, audit=0x40000003) == KILL
    assert verdict("x86_64", 0x40000000) == KILL


@pytest.mark.parametrize(
    ("machine", "header", "pattern"),
    [
        ("x86_64", "x86_64-linux-gnu/asm/unistd_64.h", r"__NR_(\w+)\s+(\d+)"),
        ("aarch64", "asm-generic/unistd.h", r"__NR(?:3264)?_(\w+)\s+(\d+)"),
    ],
)
def test_the_numbers_are_the_kernels(machine: str, header: str, pattern: str) -> None:
    file = Path("/usr/include") / header
    if not file.is_file():
        pytest.skip(f"{file} is not installed")
    official = {name: int(number) for name, number in re.findall(pattern, file.read_text())}
    official.setdefault("newfstatat", official.get("fstatat", -1))

    wrong = {n: k for n, k in numbers(machine).items() if official.get(n, k) != k}

    assert wrong == {}
