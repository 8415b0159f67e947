"""The state behind the server: sandboxes, and their contexts as processes."""

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_KERNEL = Path(__file__).with_name("kernel.py")


class Context:
    """A process that executes one piece of code after another."""

    def __init__(self, python: str, folder: str) -> None:
        self.id = secrets.token_hex(8)
        self.turn = threading.Lock()
        self._said = b""
        self.process = subprocess.Popen(
            [python, "-I", str(_KERNEL)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "TMPDIR": folder, "HOME": folder},
            start_new_session=True,
        )

    def send(self, code: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(code).encode() + b"\n")
        self.process.stdin.flush()

    def line(self, client: socket.socket | None = None) -> bytes:
        """The next line that the process says, empty at its end; OSError if the client is gone."""
        assert self.process.stdout is not None
        output = self.process.stdout.fileno()
        while b"\n" not in self._said:
            watched = [output] if client is None else [output, client.fileno()]
            ready, _, _ = select.select(watched, [], [])
            if client and client.fileno() in ready and not client.recv(1, socket.MSG_PEEK):
                raise ConnectionAbortedError("the client is gone")
            if output in ready:
                piece = os.read(output, 1 << 16)
                if not piece:
                    return b""
                self._said += piece
        line, _, self._said = self._said.partition(b"\n")
        return line + b"\n"

    def interrupt(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass
class Sandbox:
    """One sandbox, as its creation asked for it."""

    id: str
    order: dict[str, Any]
    folder: str
    begin_s: float
    ends_s: float
    contexts: dict[str, Context] = field(default_factory=dict)

    def listed(self) -> dict[str, Any]:
        """As the API describes it."""
        now = datetime.now(UTC).isoformat()
        return {
            "templateID": self.order["templateID"],
            "sandboxID": self.id,
            "clientID": "client",
            "startedAt": now,
            "endAt": now,
            "cpuCount": 2,
            "memoryMB": 512,
            "diskSizeMB": 512,
            "state": "running",
            "envdVersion": "0.6.0",
            "metadata": self.order.get("metadata", {}),
        }


class Cloud:
    """All sandboxes of the account whose key is `key`."""

    def __init__(self, key: str, python: str = sys.executable) -> None:
        self.key = key
        self.python = python
        self._lock = threading.RLock()
        self._sandboxes: dict[str, Sandbox] = {}
        self._by_request: dict[str, Sandbox] = {}
        self.asked_s: list[float] = []
        """When a creation was asked for, granted or not."""
        self.orders: list[dict[str, Any]] = []
        self.renewals: list[tuple[str, int]] = []
        self.lives_s: list[float] = []
        self.most_at_once = 0
        self.max_at_once = 1000

    def create(self, order: dict[str, Any], request: str | None) -> Sandbox | None:
        """A new sandbox, or that of the same request before; None where there are too many."""
        with self._lock:
            if request in self._by_request:
                return self._by_request[str(request)]
            if len(self.live()) >= self.max_at_once:
                return None
            folder = tempfile.mkdtemp(prefix="e2b-")
            now_s = time.monotonic()
            ends_s = now_s + order.get("timeout", 15)
            sandbox = Sandbox(secrets.token_hex(8), order, folder, now_s, ends_s)
            self._sandboxes[sandbox.id] = sandbox
            if request:
                self._by_request[request] = sandbox
            self.orders.append(order)
            self.most_at_once = max(self.most_at_once, len(self._sandboxes))
        return sandbox

    def live(self) -> list[Sandbox]:
        """The sandboxes that run, after the end of those whose life is over."""
        with self._lock:
            now_s = time.monotonic()
            for sandbox in [s for s in self._sandboxes.values() if s.ends_s < now_s]:
                self.kill(sandbox.id)
            return list(self._sandboxes.values())

    def find(self, sandbox_id: str) -> Sandbox | None:
        return next((sandbox for sandbox in self.live() if sandbox.id == sandbox_id), None)

    def extend(self, sandbox: Sandbox, timeout_s: int) -> None:
        sandbox.ends_s = time.monotonic() + timeout_s
        self.renewals.append((sandbox.id, timeout_s))

    def new_context(self, sandbox: Sandbox) -> Context:
        context = Context(self.python, sandbox.folder)
        sandbox.contexts[context.id] = context
        return context

    def remove_context(self, sandbox: Sandbox, context_id: str) -> bool:
        context = sandbox.contexts.pop(context_id, None)
        if context is not None:
            context.end()
        return context is not None

    def kill(self, sandbox_id: str) -> bool:
        with self._lock:
            sandbox = self._sandboxes.pop(sandbox_id, None)
        if sandbox is None:
            return False
        self.lives_s.append(time.monotonic() - sandbox.begin_s)
        for context in list(sandbox.contexts.values()):
            context.end()
        shutil.rmtree(sandbox.folder, ignore_errors=True)
        return True

    def close(self) -> None:
        for sandbox in self.live():
            self.kill(sandbox.id)

    def most_creations_in(self, window_s: float) -> int:
        """The most creations that were asked for in any span of `window_s`."""
        moments = sorted(self.asked_s)
        counts = [
            sum(start <= moment < start + window_s for moment in moments) for start in moments
        ]
        return max(counts, default=0)
