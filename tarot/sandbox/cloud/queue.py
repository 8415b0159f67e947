"""The jobs of a batch, as contexts of many sandboxes take and return them."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from tarot.sandbox.batch import LOST
from tarot.sandbox.cloud.shares import jobs_of_request
from tarot.types import Execution, Job, StopReason

logger = logging.getLogger(__name__)

_MAX_REQUEST_BYTES = 4 << 20


class Queue:
    """A batch in progress.

    A request that fails costs an attempt of the job that was on when it did, alone: those behind
    it never ran. A job that failed goes alone, so that it costs no other, and to another sandbox,
    where there is one; it is lost after `attempts`. Large inputs go first.
    """

    def __init__(
        self, jobs: Sequence[Job], attempts: int, least_at_once: int, most_at_once: int
    ) -> None:
        """Queue `jobs`; a request has from `least_at_once` to `most_at_once`, if so many wait."""
        self.jobs = jobs
        self.is_over = asyncio.Event()
        self._attempts = attempts
        self._least_at_once = least_at_once
        self._most_at_once = most_at_once
        self._changed = asyncio.Condition()
        self._waiting = sorted(range(len(jobs)), key=lambda index: -len(jobs[index].stdin))
        self._results: list[Execution | None] = [None] * len(jobs)
        self._num_left = len(jobs)
        self._num_failed = [0] * len(jobs)
        self._queued_s: list[float | None] = [None] * len(jobs)
        self._shunned = [""] * len(jobs)
        self._machines: set[str] = set()
        self._is_given_up = False
        self._begin_s = time.monotonic()
        if not jobs:
            self.is_over.set()

    def executions(self) -> list[Execution]:
        """One a job, in order; those that never came are lost."""
        told = zip(self._results, self._queued_s, self._num_failed, strict=True)
        return [
            replace(
                execution or LOST,
                queued_s=queued_s,
                num_attempts=max(1, num_failed + (execution is not None)),
            )
            for execution, queued_s, num_failed in told
        ]

    async def enter(self, machine: str) -> None:
        """From now on this sandbox takes jobs."""
        self._machines.add(machine)
        await self._notify()

    async def leave(self, machine: str) -> None:
        """This sandbox takes no more."""
        self._machines.discard(machine)
        await self._notify()

    async def take(self, machine: str, num_workers: int) -> list[int]:
        """The numbers of the next jobs for a sandbox; none when the batch is over for it."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: self.is_over.is_set() or machine not in self._machines or self._fit(machine)
            )
            if self.is_over.is_set() or machine not in self._machines:
                return []
            chosen = self._chosen(self._fit(machine), num_workers)
            self._waiting = [index for index in self._waiting if index not in set(chosen)]
        for index in chosen:
            if self._queued_s[index] is None:
                self._queued_s[index] = time.monotonic() - self._begin_s
        return chosen

    def record(self, index: int, execution: Execution) -> None:
        """A job came back; one that could not be judged there stays with its request."""
        if self._results[index] is None and execution.stopped_by is not StopReason.INFRASTRUCTURE:
            self._results[index] = execution
            self._num_left -= 1

    async def give_back(self, taken: Sequence[int], machine: str, cause: object) -> None:
        """Queue again what a request did not bring; the first of it has failed, for `cause`."""
        missing = [index for index in taken if self._results[index] is None]
        if cause is not None and missing:
            self._fail(missing[0], machine, cause)
        again = [index for index in missing if self._may_run(index)]
        self._num_left -= len(missing) - len(again)
        self._waiting = again + self._waiting
        await self._notify()

    async def give_up(self) -> None:
        """Lose what waits; what is under way may still come."""
        self._is_given_up = True
        self._num_left -= len(self._waiting)
        self._waiting = []
        await self._notify()

    def _fit(self, machine: str) -> list[int]:
        """What waits for this sandbox: what has not just failed in it, or has no other to go to."""
        is_alone = len(self._machines) <= 1
        return [i for i in self._waiting if is_alone or self._shunned[i] != machine]

    def _chosen(self, fit: Sequence[int], num_workers: int) -> list[int]:
        """The first of `fit`, few enough that no worker is left without at the end."""
        most, least = self._most_at_once, self._least_at_once
        share = jobs_of_request(len(self._waiting), num_workers, most, least)
        chosen: list[int] = []
        num_bytes = 0
        for index in fit[:share]:
            job = self.jobs[index]
            num_bytes += len(job.stdin) + len(job.program.source)
            if chosen and num_bytes > _MAX_REQUEST_BYTES:
                break
            if chosen and max(self._num_failed[index], self._num_failed[chosen[0]]) > 0:
                break
            chosen.append(index)
        return chosen

    def _fail(self, index: int, machine: str, cause: object) -> None:
        self._num_failed[index] += 1
        self._shunned[index] = machine
        logger.warning("sandbox: a job could not be judged: %s", cause)

    def _may_run(self, index: int) -> bool:
        return not self._is_given_up and self._num_failed[index] < self._attempts

    async def _notify(self) -> None:
        if self._num_left == 0:
            self.is_over.set()
        async with self._changed:
            self._changed.notify_all()
