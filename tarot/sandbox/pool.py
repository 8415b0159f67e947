"""A pool of slots and the batches that are run on it."""

import os
import threading
import weakref
from collections.abc import Sequence

from tarot.sandbox.batch import Batch
from tarot.sandbox.seat import Seat, Start
from tarot.types import Execution, Job


class Pool:
    """Room for `num_seats` programs at once, one a core for None; its slots end with it."""

    def __init__(
        self, start: Start, num_seats: int | None, attempts: int, answer_margin_s: float
    ) -> None:
        """Nothing is started yet."""
        self._attempts = attempts
        self._answer_margin_s = answer_margin_s
        self._lock = threading.Lock()
        self._seats = [Seat(start) for _ in range(num_seats or len(os.sched_getaffinity(0)))]
        self._finalizer = weakref.finalize(self, _close, self._seats, os.getpid())

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order; several threads take turns."""
        with self._lock:
            return Batch(jobs, self._seats, self._attempts, self._answer_margin_s).run()

    def pids(self) -> list[int]:
        """The process of each slot that runs."""
        return [pid for seat in self._seats for pid in seat.pids()]

    def close(self) -> None:
        """End every slot; idempotent."""
        self._finalizer()


def _close(seats: Sequence[Seat], owner: int) -> None:
    """End the slots, but not from a process that was forked off their owner."""
    if os.getpid() == owner:
        for seat in seats:
            seat.close()
