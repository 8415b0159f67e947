"""A limit on how many sandboxes the processes of this machine create a second, all together.

They share a file, behind a lock, that holds one entry for each creation that still counts. It
counts from when it is asked for until a window after its answer: whatever the network does, no
window of the other side sees more of them than are allowed.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

_LONGEST_ANSWER_S = 120.0
_PAUSE_S = 0.05


class CreationRate:
    """At most `per_s` creations a second, over all processes with the same file."""

    def __init__(self, path: Path, per_s: float) -> None:
        """Make the file's folder; raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._num = max(1, int(per_s))
        self._window_s = self._num / per_s

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until one more may be created, and hold the place meanwhile; raises OSError."""
        token = secrets.token_hex(8)
        while (wait_s := self._enter(token)) > 0:
            await asyncio.sleep(wait_s)
        try:
            yield
        finally:
            self._leave(token)

    def _enter(self, token: str) -> float:
        """Take a place, or say how long to wait before the next try."""
        with self._entries() as ends_s:
            now_s = time.monotonic()
            if len(ends_s) < self._num:
                ends_s[token] = now_s + _LONGEST_ANSWER_S + self._window_s
                return 0.0
            return max(_PAUSE_S, min(1.0, min(ends_s.values()) - now_s))

    def _leave(self, token: str) -> None:
        with self._entries() as ends_s:
            ends_s[token] = time.monotonic() + self._window_s

    @contextlib.contextmanager
    def _entries(self) -> Iterator[dict[str, float]]:
        """When each entry ends, without those that have; changes are written back."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            ends_s = self._read(file)
            yield ends_s
            file.seek(0)
            file.truncate()
            json.dump(ends_s, file)

    def _read(self, file: IO[str]) -> dict[str, float]:
        """The entries of this boot; the clock of another one is no measure."""
        try:
            entries = dict(json.load(file))
        except ValueError:
            return {}
        now_s = time.monotonic()
        last_s = now_s + _LONGEST_ANSWER_S + self._window_s
        return {token: end_s for token, end_s in entries.items() if now_s < end_s <= last_s}
