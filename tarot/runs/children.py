"""Processes that are started here: told of signals, written to logs, never left behind.

After a kill of this process itself its children end, and of theirs those that ask for it, as all of
`tarot.training` do.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import ClassVar

import psutil

from tarot.runs.process_log import Log
from tarot.runs.signals import RepeatedSignals
from tarot.sandbox.linux import PR_SET_CHILD_SUBREAPER, die_with_parent, prctl

_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Child:
    """A process and what it writes to its log."""

    process: "subprocess.Popen[bytes]"
    log: Log


class Children:
    """All that is started inside the block ends with it, orphans of orphans too.

    Blocks may be nested; what an outer one has started, and its descendants, are no business of the
    inner one.
    """

    _depth: ClassVar[int] = 0

    def __init__(self) -> None:
        """Start nothing yet."""
        self._started: list[Child] = []
        self._is_over = False

    def __enter__(self) -> "Children":
        """Become the parent of every orphan among the descendants."""
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        Children._depth += 1
        self._strangers = set(psutil.Process().children(recursive=True))
        return self

    def __exit__(self, *_: object) -> None:
        """End what is left, and wait for it."""
        while alive := self._alive():
            self.kill()
            for child in self._started:
                child.process.wait()
            psutil.wait_procs(alive, timeout=1)
        Children._depth -= 1
        prctl(PR_SET_CHILD_SUBREAPER, int(Children._depth > 0))

    def start(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        stdout: Path | None = None,
        folder: Path | None = None,
        descriptors: Sequence[int] = (),
    ) -> Child:
        """Start a child in a session of its own; stderr is appended to `log`.

        Its stdout is appended to a file where one is given, and shown where none is; `folder` is
        where it works, if not here, and `descriptors` are files that it inherits. After `kill` it
        is killed at once.
        """
        log.parent.mkdir(exist_ok=True)
        from_now = Log.from_now(log)
        with contextlib.ExitStack() as files:
            process = subprocess.Popen(
                command,
                stdout=files.enter_context(stdout.open("ab")) if stdout else None,
                stderr=files.enter_context(log.open("ab")),
                env=environment,
                cwd=folder,
                pass_fds=descriptors,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )
        child = Child(process, from_now)
        self._started.append(child)
        if self._is_over:
            self.kill()
        return child

    def send(self, number: int) -> None:
        """Send a signal to each child."""
        for child in self._started:
            child.process.send_signal(number)

    def first_ended(self, meanwhile: Callable[[], None]) -> Child:
        """Wait until one of the children has ended, doing something short now and then."""
        while True:
            meanwhile()
            for child in self._started:
                if child.process.poll() is not None:
                    return child
            time.sleep(_POLL_S)

    def kill(self) -> None:
        """Kill all descendants but those that were there before and theirs; fit for a handler."""
        self._is_over = True
        for process in self._alive():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def _alive(self) -> set[psutil.Process]:
        strangers = set(self._strangers)
        for process in self._strangers:
            with contextlib.suppress(psutil.NoSuchProcess):
                strangers.update(process.children(recursive=True))
        return set(psutil.Process().children(recursive=True)) - strangers


@contextlib.contextmanager
def signals(
    on_first: Callable[[int], object], on_second: Callable[[], object]
) -> Iterator[list[int]]:
    """Inside, SIGINT and SIGTERM call these; the yielded list holds the signals that have come.

    A repetition within moments is no second one.
    """
    received: list[int] = []
    repeated = RepeatedSignals()

    def handle(number: int, _frame: FrameType | None) -> None:
        if repeated.recognize(number):
            return
        received.append(number)
        if len(received) == 1:
            on_first(number)
        else:
            on_second()

    kept = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _die_with(parent: int) -> Callable[[], None]:
    """Prepares a child: it dies with its parent, and is deaf to a scheduler's warning.

    The warning reaches every process of a job, and the launcher of the job answers it.
    """

    def prepare() -> None:
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        die_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare
