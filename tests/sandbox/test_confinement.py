"""What programs try against the machine; each attack is on one property."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tarot.types import Execution, StopReason

Run = Callable[..., Execution]

FATAL = {
    "fork": "import os; os.fork()",
    "subprocess": "import subprocess; subprocess.run(['true'])",
    "execute": "import os; os.execv('/bin/true', ['true'])",
    "connect": "import socket; socket.socket()",
    "raw socket": "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "netlink": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "datagram pair": "import socket; socket.socketpair(type=socket.SOCK_DGRAM)",
    "trace": "import ctypes; ctypes.CDLL(None).ptrace(16, 1, 0, 0)",
    "new namespace": "import ctypes; ctypes.CDLL(None).unshare(0x10000000)",
    "mount": "import ctypes; ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, None)",
    "multiprocessing": "import multiprocessing as m; m.get_context('fork').Process().start()",
    "pidfd": "import os; os.pidfd_open(1)",
}
REFUSED = {
    "posix_spawn": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "signal everybody": "import os; os.kill(-1, 0)",
    "signal the supervisor": "import os; os.kill(os.getppid() or 1, 0)",
    "signal the group": "import os; os.kill(0, 0)",
    "SIGKILL to itself": "import os; os.kill(os.getpid(), 9)",
    "limit the supervisor": "import os, resource; resource.prlimit(os.getppid() or 1, 7)",
    "lift a limit": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "move the supervisor": "import os; os.sched_setaffinity(os.getppid() or 1, {0})",
    "renice": "import os; os.setpriority(os.PRIO_PROCESS, 0, 5)",
    "new session": "import os; os.setsid()",
    "become root": "import os; os.setuid(0)",
    "read /etc": "open('/etc/passwd')",
    "list the root": "import os; os.listdir('/root')",
    "read the environment of another": "open(f'/proc/1/environ').read()",
    "write outside": "open('/tmp/planted-by-a-program', 'w')",
    "write to the interpreter": "import os; open(os.__file__, 'a')",
    "truncate by path": "import os; open('x', 'w').close(); os.truncate('x', 0)",
    "truncate as a reader": "import os; open('x', 'w').close(); os.open('x', os.O_TRUNC)",
    "symbolic link": "import os; os.symlink('/etc/passwd', 'x')",
    "hard link": "import os; open('y', 'w'); os.link('y', 'x')",
    "named pipe": "import os; os.mkfifo('x')",
    "change a mode": "import os; os.chmod('.', 0o777)",
    "shared memory": "open('/dev/shm/planted-by-a-program', 'w')",
    "a core pattern": "open('/proc/sys/kernel/core_pattern', 'w')",
    "memory file": "import os; os.memfd_create('x')",
    "signals by descriptor": "import fcntl, os; fcntl.fcntl(0, 8, os.getppid() or 1)",
}


@pytest.mark.parametrize("source", FATAL.values(), ids=FATAL)
def test_an_attack_ends_the_program(run: Run, source: str) -> None:
    assert run(source).stopped_by is StopReason.SECURITY


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_a_forbidden_thing_is_an_error(run: Run, source: str) -> None:
    lines = "\n".join(f"    {line}" for line in source.split("; "))
    execution = run(f"try:\n{lines}\nexcept (OSError, ValueError): print('refused')")

    assert (execution.stdout, execution.stderr) == (b"refused\n", b"")


def test_no_descriptor_but_the_streams_is_open(run: Run) -> None:
    source = """
import os
for n in range(3, 5000):
    try: os.fstat(n); print(n)
    except OSError: pass"""

    assert run(source).stdout == b""


def test_the_environment_is_clean(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    names = set(run("import os; print(*os.environ)").stdout.decode().split())

    assert names == {
        "PATH", "LANG", "HOME", "TMPDIR", "PYTHONUTF8", "PYTHONHASHSEED",
        "PYTHONDONTWRITEBYTECODE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
    }  # fmt: skip


def test_the_input_cannot_be_rewritten(run: Run) -> None:
    source = """
import ctypes, os
l = ctypes.CDLL(None)
for attempt in (lambda: os.write(0, b'x'), lambda: os.ftruncate(0, 0),
                lambda: os.write(os.open('/proc/self/fd/0', os.O_RDWR), b'x')):
    try: print(attempt())
    except OSError: print('refused')"""

    assert run(source, b"abc").stdout == b"refused\n" * 3


def test_the_repository_and_its_neighbours_are_out_of_reach(run: Run, root: Path) -> None:
    source = f"""
for path in {[str(root / "setup.cfg"), str(Path.home() / ".bashrc"), "/etc/shadow"]!r}:
    try: open(path); print(path)
    except OSError: pass
try: import tarot; print(tarot)
except ImportError: pass"""

    assert run(source).stdout == b""


def test_a_listening_service_hears_nothing(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        execution = run(f"import socket; socket.create_connection(('127.0.0.1', {port}), 1)")
        with pytest.raises(TimeoutError):
            server.accept()

    assert execution.stopped_by is StopReason.SECURITY


def test_the_program_holds_no_capability(run: Run) -> None:
    source = """
import ctypes, os, struct
capget = {"x86_64": 125, "aarch64": 90}[os.uname().machine]
data = ctypes.create_string_buffer(24)
ctypes.CDLL(None).syscall(capget, struct.pack("=Ii", 0x20080522, 0), data)
print(any(data.raw))"""
    assert run(source).stdout == b"False\n"
