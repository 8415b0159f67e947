"""Two runs at once that take their steps in turns: while one works, the other waits.

What slows the machine down for a while then slows both, and a ratio of their times hardly sees it.
Run as a module, with a module and a run's directory for each of the two, the one that goes first
before the other.
"""

import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tarot.runs.ancestry import end_with_launcher
from tarot.runs.child import child_of
from tarot.runs.children import Child, Children, signals
from tarot.runs.exits import Exit

STDERR_LOG = "stderr.log"
STDOUT_LOG = "stdout.log"
_DESCRIPTOR = "TAROT_TURN"
_TOKEN = b"."


class Turn:
    """One side's right to work; the sides pass a byte to and fro."""

    def __init__(self, side: socket.socket) -> None:
        """Take part over one end of a pair of sockets."""
        self._side = side
        self._has_worked = False

    @classmethod
    def of_process(cls) -> "Turn | None":
        """That of a process that `together` has started; None for any other."""
        descriptor = os.environ.get(_DESCRIPTOR)
        return None if descriptor is None else cls(socket.socket(fileno=os.dup(int(descriptor))))

    def pass_on(self) -> float:
        """Let the other side work, and return when it is this one's turn; the seconds waited.

        The first call only waits, as nothing is known of the other yet. A side that has ended is
        waited for no more.
        """
        started_s = time.perf_counter()
        try:
            if self._has_worked:
                self._side.sendall(_TOKEN)
            self._has_worked = True
            self._side.recv(1)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the other has ended
        return time.perf_counter() - started_s


def turns() -> tuple[socket.socket, socket.socket]:
    """The ends for two sides; the first has the first turn."""
    first, second = socket.socketpair()
    second.sendall(_TOKEN)
    return first, second


def together(modules: Sequence[str], directories: Sequence[Path]) -> int:
    """Run the two to their ends; the exit code of the first to fail, which ends the other."""
    ends = turns()
    with Children() as children, signals(children.send, children.kill):
        started = [
            _start(children, module, directory, end)
            for module, directory, end in zip(modules, directories, ends, strict=True)
        ]
        first = children.first_ended(lambda: None)
        if first.process.returncode == Exit.OK:
            (first,) = (child for child in started if child is not first)
            first.process.wait()
        sys.stderr.write(first.log.text())
    return first.process.returncode


def _start(children: Children, module: str, directory: Path, end: socket.socket) -> Child:
    """The end is the child's alone, so that its death shows at the other."""
    with end:
        return children.start(
            child_of(directory, module).command,
            directory / STDERR_LOG,
            {**os.environ, _DESCRIPTOR: str(end.fileno())},
            stdout=directory / STDOUT_LOG,
            descriptors=(end.fileno(),),
        )


if __name__ == "__main__":
    end_with_launcher()
    sys.exit(together(sys.argv[1::2], [Path(path) for path in sys.argv[2::2]]))
