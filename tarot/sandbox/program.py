"""What a forked child does: it gives up its rights and becomes the program.

The program runs as under `python -c`: a fresh `__main__`, `sys.argv == ["-c"]`, the same exit
codes, exit handlers and flushing. It differs in that hashing is seeded alike in every run, and
that daemon threads still run while objects are torn down.
"""

import atexit
import builtins
import gc
import os
import resource
import signal
import sys
import threading
from typing import NamedTuple, NoReturn

from tarot.sandbox import landlock, linux
from tarot.sandbox.seccomp import SyscallFilter
from tarot.sandbox.watch import Descriptors
from tarot.sandbox.wire import Request

_LAST_DESCRIPTOR = (1 << 32) - 1
_KIB = 1 << 10
_MIB = 1 << 20
_CPU_MARGIN_S = 2
_ADDRESS_SPACE_FLOOR_MB = 4096
_FLUSH_FAILED = 120


class Confinement(NamedTuple):
    """What a slot prepared for its programs; None where a layer is not in use."""

    ruleset: int | None
    syscall_filter: SyscallFilter | None


def become(request: Request, files: Descriptors, confinement: Confinement) -> NoReturn:
    """Turn this process into the program; a death by SIGKILL says that it could not begin."""
    try:
        source = os.pread(files.source, os.fstat(files.source).st_size, 0)
        _detach(files)
        _limit(request)
        confine(confinement)
    except BaseException:
        os.kill(os.getpid(), signal.SIGKILL)
    _run(source)


def confine(confinement: Confinement) -> None:
    """Enter the layers that bind a single process; raises OSError."""
    if confinement.ruleset is not None:
        landlock.restrict(confinement.ruleset)
    linux.syscall("close_range", 3, _LAST_DESCRIPTOR, 0)
    if confinement.syscall_filter is not None:
        confinement.syscall_filter.install()


def _detach(files: Descriptors) -> None:
    os.setsid()
    linux.die_with_parent(signal.SIGKILL)
    os.dup2(files.stdin, 0)
    os.dup2(files.stdout, 1)
    os.dup2(files.stderr, 2)


def _limit(request: Request) -> None:
    cpu_s = int(request.cpu_s) + _CPU_MARGIN_S
    file_size = request.output_kb * _KIB
    address_space = (2 * request.memory_mb + _ADDRESS_SPACE_FLOOR_MB) * _MIB
    for kind, value in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_AS, address_space),
    ):
        linux.lower_limit(kind, value)


def _run(source: bytes) -> NoReturn:
    code = 1
    leave = os._exit
    try:
        gc.enable()
        code = _execute(source)
        code = _finish(code)
    finally:
        leave(code)


def _execute(source: bytes) -> int:
    """The exit code that the program's end stands for."""
    main = type(sys)("__main__")
    loader = sys.__spec__ and sys.__spec__.loader
    main.__dict__.update(__builtins__=builtins, __loader__=loader, __annotations__={})
    sys.modules["__main__"] = main
    try:
        text = source.decode("utf-8", "surrogatepass")
        exec(compile(text, "<string>", "exec", dont_inherit=True), main.__dict__)
    except SystemExit as stop:
        return _stated_code(stop.code)
    except BaseException as error:
        trace = error.__traceback__ and error.__traceback__.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return 1
    return 0


def _stated_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)  # noqa: T201 - the interpreter's own words
    return 1


def _finish(code: int) -> int:
    """What the interpreter does at its end, in its order; the code that it then exits with."""
    originals = sys.__stdout__, sys.__stderr__
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        code = _flush(stream, code)
    gc.collect()  # brings objects into the order in which writers are flushed before their files
    sys.modules.pop("__main__", None)
    gc.collect()
    for stream in originals:
        code = _flush(stream, code)
    return code


def _flush(stream: object, code: int) -> int:
    try:
        if stream is not None and not getattr(stream, "closed", False):
            stream.flush()  # type: ignore[attr-defined]
    except Exception:
        return _FLUSH_FAILED
    return code
