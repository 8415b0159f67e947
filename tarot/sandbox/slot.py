"""A slot: the process tree that runs one program after another for a sandbox.

It is started by exec. The first process, the keeper, waits for the death of either side; the
second, the supervisor, enters the layers that a slot enters once, drops every right, and forks a
child for each request. The supervisor holds no program's text, input, output or expectation.

Nothing here may import what is heavy: each page of this process is a cost of every fork.
"""

import _socket
import array
import contextlib
import gc
import os
import resource
import select
import signal
import sys
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from tarot.sandbox import cgroup, landlock, linux, namespaces, paths, scratch
from tarot.sandbox.cgroup import ProgramGroup
from tarot.sandbox.program import Confinement, confine
from tarot.sandbox.seccomp import SyscallFilter
from tarot.sandbox.supervise import Cell, execute
from tarot.sandbox.watch import Descriptors
from tarot.sandbox.wire import NUM_DESCRIPTORS, REQUEST_SIZE, Request

_STACK_BYTES = 256 << 20
_THREAD_STACK_BYTES = 8 << 20
_NUM_FILES = 256
_NUM_TASKS = 128
_FIRST_UID = 1_000_000_000
_RESET_SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGCHLD,
    signal.SIGALRM,
    signal.SIGUSR2,
)


class Missing(Exception):
    """A layer that this machine does not offer, and why."""

    def __init__(self, layer: str, cause: object) -> None:
        """Name the layer and what the kernel said."""
        super().__init__(f"{layer} {cause}")


class Order(NamedTuple):
    """How a sandbox wants its slot: layers by name, a folder of its own, modules to import.

    `control` is the socket to it, by descriptor or path; `group` the folder for its control
    groups, or "".
    """

    control: str
    layers: frozenset[str]
    folder: str
    modules: tuple[str, ...]
    group: str


def main() -> NoReturn:
    """Run as the slot that the command line orders."""
    control, layers, folder, modules, group = sys.argv[1:6]
    order = Order(control, frozenset(layers.split(",")), folder, tuple(modules.split(",")), group)
    _reset_signals()
    _ensure_stack()
    linux.set_thread_stack(_THREAD_STACK_BYTES)
    connection = _connect(order.control)
    try:
        _divide(order, connection)
    except Missing as missing:
        connection.send(f"missing {missing}".encode())
    os._exit(0)


def _reset_signals() -> None:
    """Undo what the host process ignores or blocks, which execution hands down."""
    for number in _RESET_SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _ensure_stack() -> None:
    """Execute this process again where its stack is too small for deep recursion in C."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
    if soft == wanted:
        return
    resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))
    os.execv(sys.executable, sys.orig_argv)


def _connect(control: str) -> _socket.socket:
    if control.isdigit():
        return _socket.socket(fileno=int(control))
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    connection.connect(control)
    return connection


def _divide(order: Order, connection: _socket.socket) -> None:
    """Split into keeper and supervisor; only the keeper returns."""
    sandbox = os.pidfd_open(os.getppid())
    if "namespaces" in order.layers:
        with _entering("namespaces"):
            namespaces.enter_processes()
    owner = _FIRST_UID + os.getpid() if "uid" in order.layers else os.geteuid()
    pid = os.fork()
    if pid == 0:
        os.close(sandbox)
        _supervise(order, connection, owner)
    connection.close()
    _keep(pid, sandbox, order)


def _keep(supervisor: int, sandbox: int, order: Order) -> None:
    """Wait until the sandbox's process or the supervisor is gone, then see that both ends go."""
    poller = select.poll()
    poller.register(sandbox, select.POLLIN)
    poller.register(os.pidfd_open(supervisor), select.POLLIN)
    poller.poll()
    os.kill(supervisor, signal.SIGKILL)
    os.waitpid(supervisor, 0)
    for remove, folder in ((cgroup.remove, order.group), (scratch.remove, order.folder)):
        with contextlib.suppress(OSError):
            remove(folder)


def _supervise(order: Order, connection: _socket.socket, owner: int) -> NoReturn:
    try:
        cell = _prepare(order, owner)
        connection.send(b"ready")
        _serve(connection, cell)
    except Missing as missing:
        connection.send(f"missing {missing}".encode())
    finally:
        os._exit(0)


def _prepare(order: Order, owner: int) -> Cell:
    readable = paths.readable()
    proc = _open_proc()
    programs = _enter_group(order, owner)
    folder = order.folder
    is_init = "namespaces" in order.layers
    if is_init:
        if os.getpid() != 1:
            raise Missing("namespaces", "this process is not the first of its namespace")
        with _entering("namespaces"):
            namespaces.enter_tree(folder, readable, scratch.SIZE_MB, owner)
        folder = namespaces.SCRATCH
    _settle(folder)
    if "uid" in order.layers:
        _change_user(folder, owner)
    _drop_rights(has_own_tasks=is_init or "uid" in order.layers)
    _warm(order.modules)
    confinement = _confinement(order, readable, folder)
    _try_confinement(confinement)
    if programs is not None:
        with _entering("cgroup"):
            programs.rehearse()
    return Cell(confinement, folder, is_init, proc, programs)


@contextlib.contextmanager
def _entering(layer: str) -> Iterator[None]:
    """A layer is missing where the kernel refuses a step, or this machine has no number for it."""
    try:
        yield
    except (OSError, KeyError) as error:
        raise Missing(layer, error) from error


def _enter_group(order: Order, owner: int) -> ProgramGroup | None:
    if "cgroup" not in order.layers:
        return None
    with _entering("cgroup"):
        return ProgramGroup(order.group, owner)


def _open_proc() -> int | None:
    try:
        return os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None


def _settle(folder: str) -> None:
    """Make `folder` the working folder, home and place for temporary files."""
    os.chdir(folder)
    for variable in ("HOME", "TMPDIR"):
        os.environ[variable] = folder


def _change_user(folder: str, owner: int) -> None:
    """Become `owner`, who must still be able to import what this user can."""
    needed = [*paths.import_folders(), folder]
    with _entering("uid"):
        os.chown(folder, owner, owner)
        os.setgroups([])
        os.setresgid(owner, owner, owner)
        os.setresuid(owner, owner, owner)
        for path in needed:
            os.listdir(path)


def _drop_rights(has_own_tasks: bool) -> None:
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.drop_capabilities()
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.die_with_parent(signal.SIGKILL)
    linux.lower_limit(resource.RLIMIT_CORE, 0)
    linux.lower_limit(resource.RLIMIT_NOFILE, _NUM_FILES)
    if has_own_tasks:
        linux.lower_limit(resource.RLIMIT_NPROC, _NUM_TASKS)


def _warm(modules: tuple[str, ...]) -> None:
    for module in modules:
        with contextlib.suppress(ImportError):
            __import__(module)


def _confinement(order: Order, readable: list[str], folder: str) -> Confinement:
    ruleset = None
    if "landlock" in order.layers:
        with _entering("landlock"):
            ruleset = landlock.create_ruleset(readable, ("/proc",), folder)
    syscall_filter = None
    if "seccomp" in order.layers:
        try:
            syscall_filter = SyscallFilter()
        except KeyError as error:
            raise Missing("seccomp", f"no filter for machine {error}") from error
    return Confinement(ruleset, syscall_filter)


def _try_confinement(confinement: Confinement) -> None:
    """Enter the per-program layers one by one, each in a child made for it."""
    alone = {
        "landlock": Confinement(confinement.ruleset, None),
        "seccomp": Confinement(None, confinement.syscall_filter),
    }
    for layer, part in alone.items():
        pid = os.fork()
        if pid == 0:
            _try(part)
        _, status = os.waitpid(pid, 0)
        number = os.waitstatus_to_exitcode(status)
        if number:
            raise Missing(layer, os.strerror(number) if number > 0 else f"signal {-number}")


def _try(part: Confinement) -> NoReturn:
    try:
        confine(part)
    except OSError as error:
        os._exit(error.errno or 1)
    os._exit(0)


def _serve(connection: _socket.socket, cell: Cell) -> None:
    sys.argv[:] = ["-c"]
    sys.path.insert(0, "")
    for name in [name for name in sys.modules if name.partition(".")[0] == "tarot"]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()
    gc.disable()
    while received := _receive(connection):
        request, files = received
        reply = execute(request, files, cell, connection.fileno())
        for descriptor in files:
            os.close(descriptor)
        connection.send(reply.pack())


def _receive(connection: _socket.socket) -> tuple[Request, Descriptors] | None:
    """The next request, or None when the sandbox has closed its end."""
    size = NUM_DESCRIPTORS * array.array("i").itemsize
    record, ancillary, _, _ = connection.recvmsg(REQUEST_SIZE, _socket.CMSG_SPACE(size))
    if not record:
        return None
    numbers = array.array("i")
    numbers.frombytes(ancillary[0][2])
    return Request.unpack(record), Descriptors(*numbers)
