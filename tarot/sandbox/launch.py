"""How an interpreter for slots is started: this environment's own, with a clean environment."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tarot.sandbox import delegation, memory_file

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

_ROOT = Path(__file__).parents[2]
_IMPORT = f"""
import sys
sys.path.insert(0, {str(_ROOT)!r})
import tarot.sandbox.slot
del sys.path[0]
"""
_MAIN = _IMPORT + "tarot.sandbox.slot.main()"


@dataclass(frozen=True, slots=True)
class Order:
    """A slot to start.

    `layers` are to be entered and `modules` to be imported; `folder` is the slot's own, and
    `stderr` a descriptor for its last words.
    """

    layers: frozenset[str]
    modules: tuple[str, ...]
    folder: str
    stderr: int

    def words(self, control: str, scratch: str, group: str = "") -> list[str]:
        """The slot's command line; `control` is its socket, by descriptor or path.

        `group` is the folder for its control groups, if it is to make any.
        """
        return [control, ",".join(sorted(self.layers)), scratch, ",".join(self.modules), group]


@dataclass(frozen=True, slots=True)
class Launched:
    """A started slot: the process to wait for, our end of its socket, and how to end it.

    `group` is the folder for its control groups, or "".
    """

    process: "subprocess.Popen[bytes]"
    connection: socket.socket
    kill: Callable[[], None]
    group: str = ""


Launch = Callable[[Order], Launched]


def launch_here(order: Order, home: str | None = None) -> Launched:
    """Execute a slot on this machine, its control groups in `home`; raises OSError."""
    group = delegation.slot_folder(home, order.folder) if home else ""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with theirs:
            process = _execute(order, theirs.fileno(), group)
    except OSError:
        ours.close()
        raise
    return Launched(process, ours, process.kill, group)


def slot_command(python: str) -> list[str]:
    """The command of a slot, to which the words of its order are added."""
    return [*_interpreter(python), _MAIN]


def output_of_script(script: str, modules: Sequence[str]) -> str:
    """What `script` prints in an interpreter like a slot's, with `modules` imported."""
    imports = "".join(f"import {module}\n" for module in modules)
    return subprocess.run(
        [*_interpreter(sys.executable), _IMPORT + imports + script],
        env=ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _execute(order: Order, control: int, group: str) -> "subprocess.Popen[bytes]":
    """Start the slot's process.

    Its streams are files, since programs find their own files in the same places.
    """
    with contextlib.ExitStack() as files:
        streams = [memory_file.empty(name) for name in ("stdin", "stdout")]
        for stream in streams:
            files.callback(os.close, stream)
        return subprocess.Popen(
            [*slot_command(sys.executable), *order.words(str(control), order.folder, group)],
            stdin=streams[0],
            stdout=streams[1],
            stderr=order.stderr,
            pass_fds=(control,),
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )


def _interpreter(python: str) -> list[str]:
    return [python, "-s", "-P", "-c"]
