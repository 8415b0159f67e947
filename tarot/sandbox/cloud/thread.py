"""A fleet in a thread of its own, for callers who know nothing of event loops."""

import asyncio
import os
import threading
import weakref
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from tarot.sandbox.batch import LOST
from tarot.sandbox.cloud.fleet import Fleet
from tarot.types import Execution, Job

_CLOSE_TIMEOUT_S = 90.0

T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        """Start it."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cloud", daemon=True)
        self._thread.start()

    def result(self, work: Coroutine[Any, Any, T], timeout_s: float | None = None) -> T:
        """What comes of `work`; an interrupt of who waits for it ends it too."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout_s)
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """End it with its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class FleetThread:
    """A fleet that several threads use in turns; it ends with its owner or with the process."""

    def __init__(self, fleet: Fleet) -> None:
        """Ask it for nothing yet."""
        self._lock = threading.Lock()
        self._loop = Loop()
        self._fleet = fleet
        self._finalizer = weakref.finalize(self, _close, self._loop, fleet, os.getpid())

    def start(self) -> frozenset[str]:
        """Have a first runner, and say its layers; raises Failure, and is closed then."""
        try:
            return self._loop.result(self._fleet.start())
        except BaseException:
            self.close()
            raise

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; every job is lost where it is closed."""
        with self._lock:
            if not self._finalizer.alive:
                return [LOST] * len(jobs)
            return self._loop.result(self._fleet.run(jobs))

    def hurry(self) -> None:
        """From now on wait for no service that is out, in the batch under way neither."""
        self._fleet.hurry()

    def close(self) -> None:
        """End all sandboxes of the fleet; idempotent."""
        self._finalizer()


def _close(loop: Loop, fleet: Fleet, owner: int) -> None:
    """End the sandboxes and the loop, but not from a process that was forked off their owner."""
    if os.getpid() == owner:
        loop.result(fleet.close(), _CLOSE_TIMEOUT_S)
        loop.close()
