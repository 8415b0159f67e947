"""One batch of jobs over the seats of a sandbox: hand out, collect, try again, give up."""

import logging
import select
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from tarot.sandbox.handle import Slot, SlotError
from tarot.sandbox.seat import Kind, Seat, kind_of
from tarot.sandbox.watch import STARVED_FACTOR
from tarot.types import Execution, Job, Program, StopReason

logger = logging.getLogger(__name__)

LOST = Execution(b"", b"", None, 0.0, 0.0, 0.0, StopReason.INFRASTRUCTURE)

_MAX_FAILED_STARTS = 3


class _Errand(NamedTuple):
    number: int
    seat: Seat
    kind: Kind
    slot: Slot
    deadline_s: float


class Batch:
    """A batch in progress; a job that no slot could run `attempts` times over is lost.

    What is likely to take longest goes first: large inputs, and the jobs of programs that timed
    out before.
    """

    def __init__(
        self, jobs: Sequence[Job], seats: Sequence[Seat], attempts: int, answer_margin_s: float
    ) -> None:
        """Queue `jobs` for `seats`."""
        self._answer_margin_s = answer_margin_s
        self._jobs = jobs
        self._max_attempts = attempts
        self._num_attempts = [0] * len(jobs)
        self._queued_s: list[float | None] = [None] * len(jobs)
        self._results = [LOST] * len(jobs)
        self._waiting = deque(sorted(range(len(jobs)), key=lambda i: -len(jobs[i].stdin)))
        self._idle = list(seats)
        self._busy: dict[int, _Errand] = {}
        self._poller = select.poll()
        self._num_failed_starts = 0
        self._begin_s = time.monotonic()

    def run(self) -> list[Execution]:
        """One execution per job, in order; an interrupt ends the jobs under way."""
        try:
            while self._waiting or self._busy:
                self._hand_out()
                self._take_in()
        except BaseException:
            for errand in self._busy.values():
                errand.seat.discard(errand.kind)
            raise
        told = zip(self._results, self._queued_s, self._num_attempts, strict=True)
        return [replace(one, queued_s=wait_s, num_attempts=tries) for one, wait_s, tries in told]

    def _hand_out(self) -> None:
        while self._waiting and self._idle:
            index, seat = self._waiting.popleft(), self._idle.pop()
            kind = kind_of(self._jobs[index])
            self._num_attempts[index] += 1
            try:
                slot = seat.slot(kind)
                self._note_wait(index)
                self._num_failed_starts = 0
                slot.submit(self._jobs[index])
            except (SlotError, OSError) as error:
                self._num_failed_starts += 1
                self._idle.append(seat)
                self._fail(index, seat, kind, error)
                continue
            errand = _Errand(index, seat, kind, slot, self._deadline_s(self._jobs[index]))
            self._busy[slot.fileno()] = errand
            self._poller.register(slot.fileno(), select.POLLIN)

    def _note_wait(self, index: int) -> None:
        """How long a job waited for its first slot."""
        if self._queued_s[index] is None:
            self._queued_s[index] = time.monotonic() - self._begin_s

    def _take_in(self) -> None:
        if not self._busy:
            return
        deadline_s = min(errand.deadline_s for errand in self._busy.values())
        wait_ms = max(0.0, deadline_s - time.monotonic()) * 1000 + 1
        for descriptor, _ in self._poller.poll(wait_ms):
            self._conclude(self._release(descriptor))
        now_s = time.monotonic()
        for descriptor, errand in list(self._busy.items()):
            if errand.deadline_s < now_s:
                self._release(descriptor)
                self._fail(errand.number, errand.seat, errand.kind, "the slot does not answer")

    def _deadline_s(self, job: Job) -> float:
        """When a slot that has not answered counts as hung."""
        return time.monotonic() + STARVED_FACTOR * job.limits.wall_s + self._answer_margin_s

    def _release(self, descriptor: int) -> _Errand:
        errand = self._busy.pop(descriptor)
        self._poller.unregister(descriptor)
        self._idle.append(errand.seat)
        return errand

    def _conclude(self, errand: _Errand) -> None:
        index, seat, kind, slot, _ = errand
        try:
            execution = slot.collect(self._jobs[index])
        except (SlotError, OSError) as error:
            self._fail(index, seat, kind, error)
            return
        if execution.stopped_by is StopReason.INFRASTRUCTURE:
            self._fail(index, seat, kind, "the program was killed from outside, or starved")
            return
        self._results[index] = execution
        if execution.stopped_by is StopReason.TIME:
            self._advance(self._jobs[index].program)

    def _advance(self, program: Program) -> None:
        """Take the other jobs of a slow program first, lest the batch end waiting for them."""
        slow = [index for index in self._waiting if self._jobs[index].program == program]
        rest = [index for index in self._waiting if self._jobs[index].program != program]
        self._waiting = deque(slow + rest)

    def _fail(self, index: int, seat: Seat, kind: Kind, cause: object) -> None:
        """Put a job back in the queue for a fresh slot, or leave it lost."""
        logger.warning("sandbox: a job could not be judged: %s", cause)
        seat.discard(kind)
        if self._num_failed_starts >= _MAX_FAILED_STARTS:
            self._waiting.clear()
        elif self._num_attempts[index] < self._max_attempts:
            self._waiting.appendleft(index)
