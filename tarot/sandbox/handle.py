"""A sandbox's end of one slot: start it, hand it a job, take what became of it."""

import contextlib
import os
import socket
import subprocess
import tempfile

from tarot.sandbox import cgroup, memory_file, scratch, wire
from tarot.sandbox.launch import Launch, Launched, Order
from tarot.types import Execution, Job, StopReason

_START_TIMEOUT_S = 60.0
_END_TIMEOUT_S = 5.0
_NUM_STDERR_BYTES = 1 << 16
_KIB = 1 << 10

_STOPS = (
    None,
    StopReason.TIME,
    StopReason.MEMORY,
    StopReason.OUTPUT,
    StopReason.SECURITY,
    StopReason.INFRASTRUCTURE,
)


class SlotError(Exception):
    """A slot that did not start or does not answer."""


class LayerMissing(SlotError):
    """A slot that could not enter a layer."""

    def __init__(self, layer: str, cause: str) -> None:
        """Name the layer and what the kernel said."""
        super().__init__(f"{layer}: {cause}")
        self.layer = layer
        self.cause = cause


class Slot:
    """A running slot; at most one job is with it at any time."""

    def __init__(self, launch: Launch, layers: frozenset[str], modules: tuple[str, ...]) -> None:
        """Start a slot with `layers`, `modules` imported; raises SlotError or OSError."""
        self._files: tuple[int, int] | None = None
        self._folder = tempfile.mkdtemp(prefix="tarot-slot-")
        self._stderr = memory_file.empty("stderr")
        self._launched = self._launch(launch, layers, modules)
        self._connection = self._launched.connection
        try:
            self._greet()
        except BaseException:
            self.close()
            raise

    def fileno(self) -> int:
        """The descriptor that turns readable when the job is done or the slot is dead."""
        return self._connection.fileno()

    @property
    def pid(self) -> int:
        """The process whose death takes the whole slot with it."""
        return self._launched.process.pid

    def submit(self, job: Job) -> None:
        """Hand over a job; raises OSError where the slot is dead or memory is short."""
        limits = job.limits
        request = wire.Request(limits.cpu_s, limits.wall_s, limits.memory_mb, limits.output_kb)
        source = job.program.source.encode("utf-8", "surrogatepass")
        with contextlib.ExitStack() as inputs:
            files = []
            for name, text in (("source", source), ("stdin", job.stdin)):
                files.append(memory_file.sealed(name, text))
                inputs.callback(os.close, files[-1])
            self._files = memory_file.empty("stdout"), memory_file.empty("stderr")
            socket.send_fds(self._connection, [request.pack()], [*files, *self._files])

    def collect(self, job: Job) -> Execution:
        """What became of the job; raises SlotError or OSError where the slot is dead."""
        record = self._connection.recv(wire.REPLY_SIZE)
        if len(record) != wire.REPLY_SIZE or self._files is None:
            raise SlotError("the slot is gone")
        reply = wire.Reply.unpack(record)
        stdout, stderr = self._files
        execution = Execution(
            stdout=memory_file.content(stdout, job.limits.output_kb * _KIB),
            stderr=memory_file.content(stderr, _NUM_STDERR_BYTES),
            exit_code=reply.exit_code,
            cpu_s=reply.cpu_s,
            wall_s=reply.wall_s,
            peak_mb=reply.peak_mb,
            stopped_by=_STOPS[reply.stop],
        )
        self._forget_files()
        return execution

    def close(self) -> None:
        """End the slot and all that it started; idempotent."""
        if self._connection.fileno() < 0:
            return
        self._connection.close()
        self._forget_files()
        try:
            self._launched.process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._launched.kill()
            self._launched.process.wait()
        with contextlib.suppress(OSError):
            cgroup.remove(self._launched.group)
        self._forget_folder()

    def kill(self) -> None:
        """End the slot without waiting for its consent; idempotent."""
        with contextlib.suppress(ProcessLookupError):
            self._launched.kill()
        self.close()

    def _launch(self, launch: Launch, layers: frozenset[str], modules: tuple[str, ...]) -> Launched:
        try:
            return launch(Order(layers, modules, self._folder, self._stderr))
        except OSError as error:
            last_words = self._last_words()
            self._forget_folder()
            raise SlotError(f"{error}: {last_words}" if last_words else str(error)) from error

    def _forget_folder(self) -> None:
        os.close(self._stderr)
        with contextlib.suppress(OSError):
            scratch.remove(self._folder)

    def _forget_files(self) -> None:
        for descriptor in self._files or ():
            os.close(descriptor)
        self._files = None

    def _greet(self) -> None:
        self._connection.settimeout(_START_TIMEOUT_S)
        try:
            answer = self._connection.recv(4096).decode(errors="replace")
        except OSError as error:
            raise SlotError(f"no answer from a new slot: {error}") from error
        self._connection.settimeout(None)
        if answer == "ready":
            return
        kind, _, detail = answer.partition(" ")
        if kind == "missing":
            raise LayerMissing(*detail.split(" ", 1))
        self._launched.process.wait(_END_TIMEOUT_S)
        raise SlotError(f"a new slot ended: {self._last_words() or 'it said nothing'}")

    def _last_words(self) -> str:
        """The last line that the slot wrote to its standard error."""
        text = memory_file.content(self._stderr, _NUM_STDERR_BYTES).decode(errors="replace")
        return next(reversed(text.strip().splitlines()), "")
