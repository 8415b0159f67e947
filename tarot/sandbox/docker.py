"""The docker sandbox: each slot is a container, started by the `docker` command.

The slot's program is the same as on this machine, behind its filter of system calls and, where
the engine's kernel offers it, Landlock; what the container adds is its own processes, network,
users, file tree and limits of memory and tasks. Slot and sandbox talk over a socket in a folder
that both see, so that the engine must run on this machine, without user namespaces of its own.
"""

import contextlib
import os
import secrets
import select
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tarot.sandbox import scratch
from tarot.sandbox.handle import Slot
from tarot.sandbox.launch import ENVIRONMENT, Launched, Order, slot_command
from tarot.sandbox.layers import LAYERS, check_names, probe, report
from tarot.sandbox.pool import Pool
from tarot.sandbox.seat import Kind
from tarot.types import Execution, Job, UserError

_NOBODY = 65534
_NUM_TASKS = 256
_SCRATCH = "/scratch"
_START_TIMEOUT_S = 60.0
_ASK_TIMEOUT_S = 30.0
_PAUSE_S = 0.1
_ROOM = str(Path(__file__).parent)
_OFFERED = ("seccomp", "landlock")
_ADVICE = "use another image or engine, or sandbox=local"


class DockerSandbox:
    """A sandbox of `slots` containers of `image`, which needs Python 3.11 and no more.

    A container has `memory_mb` for its slot, one program at a time and that program's scratch
    folder. The other settings are those of the local sandbox.
    """

    def __init__(
        self,
        image: str = "python:3.11-slim",
        slots: int | None = None,
        memory_mb: int = 2048,
        require: Sequence[str] = ("seccomp",),
        attempts: int = 3,
        answer_margin_s: float = 30.0,
    ) -> None:
        """Ask the engine and try a first container; raises UserError for what is missing."""
        check_names((), require)
        _check_engine(image)
        start = partial(Slot, ContainerLaunch(image, memory_mb))
        reasons = dict.fromkeys(set(LAYERS) - set(_OFFERED), "left to the container")
        active = probe(partial(start, modules=Kind.PLAIN.modules), reasons, _ADVICE)
        report(active, require, reasons, _ADVICE)
        self.layers = active | {"namespaces"}
        self._pool = Pool(partial(start, active), slots, attempts, answer_margin_s)

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; never raises for a program or for an outage."""
        return self._pool.run(jobs)

    def close(self) -> None:
        """End all containers of this sandbox; idempotent."""
        self._pool.close()


@dataclass(frozen=True, slots=True)
class ContainerLaunch:
    """Starts slots in containers."""

    image: str
    memory_mb: int

    def __call__(self, order: Order) -> Launched:
        """Start a container and wait until its slot connects; raises OSError."""
        name = f"tarot-{secrets.token_hex(8)}"
        path = os.path.join(order.folder, "control")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(path)
            listener.listen(1)
            user = _give(order.folder, path)
            process = subprocess.Popen(
                self.command(order, name, user),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=order.stderr,
                start_new_session=True,
            )
            kill = partial(_kill, process, name)
            try:
                connection = _accept(listener, process)
            except BaseException:
                kill()
                process.wait()
                raise
        return Launched(process, connection, kill)

    def command(self, order: Order, name: str, user: int) -> list[str]:
        """The command line that runs a slot for `order`, as `user`."""
        size = f"{self.memory_mb}m"
        tree = f"rw,nosuid,nodev,noexec,size={scratch.SIZE_MB}m,mode=700,uid={user},gid={user}"
        options = [
            *("--rm", "--init", "--name", name, "--user", f"{user}:{user}"),
            *("--network", "none", "--ipc", "none", "--read-only"),
            *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
            *("--pids-limit", str(_NUM_TASKS), "--memory", size, "--memory-swap", size),
            *("--tmpfs", f"{_SCRATCH}:{tree}", "--workdir", "/"),
            *(word for folder in (order.folder, _ROOM) for word in ("--mount", _read_only(folder))),
            *(word for pair in ENVIRONMENT.items() for word in ("--env", "=".join(pair))),
        ]
        words = order.words(os.path.join(order.folder, "control"), _SCRATCH)
        return ["docker", "run", *options, self.image, *slot_command("python3"), *words]


def _check_engine(image: str) -> None:
    """UserError unless there are a command, an engine that answers it, and the image."""
    _ask(["version", "--format", "{{.Server.Version}}"], "start the engine, or use sandbox=local")
    _ask(["image", "inspect", "--format", "{{.Id}}", image], f"run: docker pull {image}")


def _ask(words: Sequence[str], advice: str) -> None:
    try:
        answer = subprocess.run(
            ["docker", *words], capture_output=True, text=True, timeout=_ASK_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        raise UserError(
            "sandbox=docker: there is no docker command here; install it, or use sandbox=local"
        ) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"sandbox=docker: {error}; {advice}") from error
    if answer.returncode:
        cause = " ".join(answer.stderr.split()) or f"exit code {answer.returncode}"
        raise UserError(f"sandbox=docker: {cause}; {advice}")


def _give(folder: str, control: str) -> int:
    """The user of a container, who owns the socket: this one, but nobody in the place of root."""
    user = os.getuid() or _NOBODY
    for path in (folder, control):
        os.chown(path, user, user if os.getuid() == 0 else -1)
    return user


def _read_only(folder: str) -> str:
    return f"type=bind,source={folder},target={folder},readonly"


def _accept(listener: socket.socket, process: "subprocess.Popen[bytes]") -> socket.socket:
    """The slot's connection; raises OSError where the container ends or takes too long."""
    deadline_s = time.monotonic() + _START_TIMEOUT_S
    while not select.select([listener], [], [], _PAUSE_S)[0]:
        if process.poll() is not None:
            raise ChildProcessError(f"docker run ended with exit code {process.returncode}")
        if time.monotonic() > deadline_s:
            raise TimeoutError("no container came up")
    return listener.accept()[0]


def _kill(process: "subprocess.Popen[bytes]", name: str) -> None:
    """End a container; the death of the command that started it would leave it alive."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            ["docker", "kill", name], capture_output=True, timeout=_ASK_TIMEOUT_S, check=False
        )
    process.kill()
