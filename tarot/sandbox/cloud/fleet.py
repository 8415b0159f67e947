"""A fleet: as many sandboxes as a batch needs, made again when they are lost, ended in the end."""

import asyncio
import contextlib
import logging
import random
import uuid
from collections.abc import Sequence

from tarot.sandbox.cloud import owners
from tarot.sandbox.cloud.breaker import Breaker
from tarot.sandbox.cloud.failures import Failure, Kind
from tarot.sandbox.cloud.machine import Machine
from tarot.sandbox.cloud.queue import Queue
from tarot.sandbox.cloud.rate import CreationRate
from tarot.sandbox.cloud.service import Service
from tarot.sandbox.cloud.shares import sandboxes_for
from tarot.sandbox.cloud.terms import Terms
from tarot.types import Execution, Job

logger = logging.getLogger(__name__)

_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 30.0
_WATCH_S = 0.5
_CLOSE_S = 60.0


class Place:
    """Room for one sandbox."""

    def __init__(self) -> None:
        """There is none yet."""
        self.machine: Machine | None = None
        self.creation: asyncio.Task[Machine] | None = None
        self.renewal: asyncio.Task[None] | None = None
        self.request = str(uuid.uuid4())
        self.is_asked = False

    def is_empty(self) -> bool:
        """Whether there is no sandbox in it that can serve."""
        return self.machine is None or not self.machine.is_fit


class Fleet:
    """Sandboxes of one service; all of it happens in one event loop."""

    def __init__(self, service: Service, rate: CreationRate | None, terms: Terms) -> None:
        """Nothing is created yet."""
        self._service = service
        self._rate = rate
        self._terms = terms
        self._breaker = Breaker(terms.max_outage_s)
        self._metadata = owners.metadata()
        self._places = [Place() for _ in range(terms.max_sandboxes)]
        self._alarm: asyncio.TimerHandle | None = None
        self._releasing: asyncio.Future[list[None]] | None = None

    async def start(self) -> frozenset[str]:
        """Have a first sandbox with a first runner, and say its layers; raises Failure."""
        cause = Failure("no attempt was made")
        for number in range(self._terms.attempts):
            try:
                machine = await self._machine(self._places[0])
                await machine.prepare(0)
                return machine.layers
            except Failure as failure:
                if self._places[0].machine is not None:
                    self._places[0].machine.strike(failure)
                if failure.kind in (Kind.KEY, Kind.UNFIT):
                    raise
                cause = failure
                await asyncio.sleep(_pause_s(number, failure))
        raise cause

    async def run(self, jobs: Sequence[Job]) -> list[Execution]:
        """One execution per job, in order."""
        await self._end_idleness()
        self._breaker.begin_batch()
        terms = self._terms
        sizes = terms.least_per_request, terms.programs_per_request
        queue = Queue(jobs, terms.attempts, *sizes)
        num_places = sandboxes_for(
            len(jobs), len(self._places), terms.contexts, terms.programs_per_request
        )
        places = sorted(self._places, key=Place.is_empty)[:num_places]
        tasks: list[asyncio.Future[object]] = [
            asyncio.ensure_future(self._drive(place, queue, num_places)) for place in places
        ]
        tasks.append(asyncio.ensure_future(self._watch(queue)))
        tasks.append(asyncio.ensure_future(queue.is_over.wait()))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._begin_idleness()
        return queue.executions()

    def _begin_idleness(self) -> None:
        """End all sandboxes in `idle_s`, unless there is a batch before."""
        if self._terms.idle_s is not None:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(self._terms.idle_s, self._release)

    def _release(self) -> None:
        self._releasing = asyncio.gather(*(self._empty(place) for place in self._places))

    async def _end_idleness(self) -> None:
        """Keep what has not been ended yet, and wait for the end of what has."""
        if self._alarm is not None:
            self._alarm.cancel()
        if self._releasing is not None:
            await asyncio.shield(self._releasing)

    def hurry(self) -> None:
        """From now on wait for no service that is out; may be called from anywhere."""
        self._breaker.hurry()

    async def close(self) -> None:
        """End every sandbox of this fleet, those included whose creation is not known to it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._end_idleness()
                await asyncio.gather(*self._last_creations(), return_exceptions=True)
                await asyncio.gather(*(self._empty(place) for place in self._places))
                await self._sweep()

    def _last_creations(self) -> list[asyncio.Task[Machine]]:
        """What is being created; what has not been asked for yet is not asked for any more."""
        creations = []
        for place in self._places:
            if place.creation is not None:
                creations.append(place.creation)
                if not place.is_asked:
                    place.creation.cancel()
        return creations

    async def _sweep(self) -> None:
        try:
            left = [found.id async for found in self._service.listed(self._metadata)]
            await asyncio.gather(*(self._service.kill(sandbox_id) for sandbox_id in left))
        except Failure as failure:
            lifetime_s = self._terms.lifetime_s
            logger.warning("sandbox: %s; what is left ends within %d s", failure, lifetime_s)

    async def _watch(self, queue: Queue) -> None:
        """Say that there is an outage; give the batch up in too long a one."""
        while not self._breaker.is_spent:
            self._breaker.say_open()
            await asyncio.sleep(_WATCH_S)
        self._breaker.say_spent()
        await queue.give_up()
        await queue.is_over.wait()

    async def _drive(self, place: Place, queue: Queue, num_places: int) -> None:
        """Keep a sandbox in a place, and its contexts at work, until the batch is over."""
        num_failures = 0
        num_workers = num_places * self._terms.contexts
        while not queue.is_over.is_set():
            try:
                async with self._breaker.turn():
                    machine = await self._machine(place)
            except Failure as failure:
                self._breaker.note_failure(failure)
                await asyncio.sleep(_pause_s(num_failures, failure))
                num_failures += 1
                continue
            await queue.enter(machine.id)
            async with asyncio.TaskGroup() as workers:
                for number in range(self._terms.contexts):
                    workers.create_task(self._work(machine, number, queue, num_workers))
            await queue.leave(machine.id)
            if machine.has_served:
                num_failures = 0
            else:
                await asyncio.sleep(_pause_s(num_failures))
                num_failures += 1

    async def _work(self, machine: Machine, number: int, queue: Queue, num_workers: int) -> None:
        """Have one context run jobs until the batch is over or the sandbox unfit.

        Where nobody answered at all, no job has failed.
        """
        num_failures = 0
        while machine.is_fit:
            taken: list[int] = []
            try:
                async with self._breaker.turn():
                    if await machine.prepare(number):
                        self._breaker.note_life()
                taken = await queue.take(machine.id, num_workers)
                if not taken:
                    return
                async with self._breaker.turn():
                    await self._request(machine, number, queue, taken)
                num_failures = 0
            except Failure as failure:
                self._breaker.note_failure(failure)
                machine.strike(failure)
                if not machine.is_fit:
                    await queue.leave(machine.id)
                cause = None if failure.kind is Kind.SERVICE else failure
                await queue.give_back(taken, machine.id, cause)
                await machine.let_go(number, failure)
                await asyncio.sleep(_pause_s(num_failures, failure))
                num_failures += 1

    async def _request(
        self, machine: Machine, number: int, queue: Queue, taken: Sequence[int]
    ) -> None:
        """Send a parcel, and queue again what the sandbox could not judge; raises Failure."""

        def record(position: int, execution: Execution) -> None:
            self._breaker.note_success()
            queue.record(taken[position], execution)

        num_left = await machine.run(
            number,
            [queue.jobs[index] for index in taken],
            record,
            self._terms.answer_margin_s,
            self._terms.begin_within_s,
        )
        num_begun = len(taken) - num_left
        cause = "it was killed from outside, or starved"
        await queue.give_back(taken[num_begun:], machine.id, None)
        await queue.give_back(taken[:num_begun], machine.id, cause)

    async def _machine(self, place: Place) -> Machine:
        """The fit sandbox of a place; one that is being created outlives who waits for it."""
        if place.machine is not None and not place.is_empty():
            return place.machine
        if place.creation is None:
            place.creation = asyncio.ensure_future(self._create(place))
        try:
            return await asyncio.shield(place.creation)
        finally:
            if place.creation.done():
                place.creation = None

    async def _create(self, place: Place) -> Machine:
        """A new sandbox in a place, and nothing left of the one before."""
        await self._empty(place)
        try:
            async with self._rate.turn() if self._rate else contextlib.nullcontext():
                place.is_asked = True
                sandbox = await self._service.create(self._metadata, place.request)
        except OSError as error:
            raise Failure(f"the file of the limit of creations: {error}") from error
        except Failure as failure:
            if failure.status is not None:
                place.request = str(uuid.uuid4())
            raise
        finally:
            place.is_asked = False
        place.request = str(uuid.uuid4())
        machine = Machine(self._service, sandbox, self._terms.require)
        place.machine = machine
        renewal = machine.keep(self._terms.lifetime_s, self._terms.max_age_s)
        place.renewal = asyncio.ensure_future(renewal)
        return machine

    async def _empty(self, place: Place) -> None:
        if place.renewal is not None:
            place.renewal.cancel()
        if place.machine is not None:
            machine, place.machine = place.machine, None
            try:
                await self._service.kill(machine.id)
            except Failure as failure:
                logger.warning("sandbox: %s", failure)


def _pause_s(num_failures: int, failure: Failure | None = None) -> float:
    """How long to wait after so many failures in a row: longer each time, and never in step."""
    backoff_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0**num_failures)
    return max(failure.retry_after_s if failure else 0.0, backoff_s * random.uniform(0.5, 1.0))
