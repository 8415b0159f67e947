"""One sandbox, and the contexts in it that run parcels of jobs."""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from tarot.sandbox.cloud import parcels, shipping
from tarot.sandbox.cloud.failures import Failure, Kind
from tarot.sandbox.cloud.service import Service
from tarot.sandbox.watch import STARVED_FACTOR
from tarot.types import Execution, Job

_NUM_STRIKES = 2
_START_TIMEOUT_S = 60.0


class Machine:
    """A sandbox that runs; it is fit until it is gone, too old, or has failed twice in a row."""

    def __init__(self, service: Service, sandbox: Any, require: Sequence[str]) -> None:
        """Take a sandbox that was just created."""
        self.id: str = sandbox.sandbox_id
        self.is_fit = True
        self.has_served = False
        self.created_s = time.monotonic()
        self.layers: frozenset[str] = frozenset()
        self._service = service
        self._sandbox = sandbox
        self._require = require
        self._contexts: dict[int, Any] = {}
        self._num_strikes = 0

    async def prepare(self, number: int) -> bool:
        """See that context `number` has a runner, and say if it was started; raises Failure."""
        if number in self._contexts:
            return False
        context = await self._service.new_context(self._sandbox)
        request = secrets.token_hex(8)
        greetings: list[dict[str, Any]] = []
        code = shipping.starting(request, self._require)
        await self._execute(context, request, code, greetings.append, _START_TIMEOUT_S)
        if not greetings:
            raise Failure("the runner did not start")
        if greetings[0]["fault"]:
            raise Failure(greetings[0]["fault"], Kind.UNFIT)
        self.layers = frozenset(greetings[0]["layers"])
        self._contexts[number] = context
        return True

    async def run(
        self,
        number: int,
        jobs: Sequence[Job],
        on_execution: Callable[[int, Execution], None],
        margin_s: float,
        begin_within_s: float | None,
    ) -> int:
        """Run jobs in context `number`; raises Failure where some of them do not come back.

        Each may take what its slot has at most, and `margin_s`, since the one before it came. Where
        answers come all at once, none is begun after `begin_within_s`; the number of these, which
        are the last, is returned.
        """
        request = secrets.token_hex(8)
        came: set[int] = set()
        num_left = 0

        def tell(record: dict[str, Any]) -> None:
            nonlocal num_left
            if "left" in record:
                num_left = record["left"]
            elif record["number"] not in came:
                came.add(record["number"])
                on_execution(record["number"], parcels.execution_of(record))

        wall_s = max(job.limits.wall_s for job in jobs)
        code = shipping.serving(request, parcels.pack(jobs), begin_within_s)
        patience_s = (begin_within_s or 0.0) + STARVED_FACTOR * wall_s + margin_s
        await self._execute(self._contexts[number], request, code, tell, patience_s)
        if len(came) + num_left < len(jobs):
            raise Failure("the answer ended early")
        self._num_strikes = 0
        self.has_served = True
        return num_left

    def strike(self, failure: Failure) -> None:
        """Count a failed request against the sandbox; being asked to wait is none."""
        if failure.status == HTTPStatus.TOO_MANY_REQUESTS:
            return
        self._num_strikes += 1
        if failure.kind is not Kind.REQUEST or self._num_strikes >= _NUM_STRIKES:
            self.is_fit = False

    async def let_go(self, number: int, failure: Failure) -> None:
        """Give context `number` up, unless it never got the request: its state is not known."""
        if failure.status == HTTPStatus.TOO_MANY_REQUESTS:
            return
        context = self._contexts.pop(number, None)
        if context is None or not self.is_fit:
            return
        try:
            await self._service.remove_context(self._sandbox, context)
        except Failure as another:
            self.strike(another)

    async def keep(self, lifetime_s: float, max_age_s: float) -> None:
        """Renew the sandbox before its life ends, until it is unfit or `max_age_s` old."""
        pause_s = lifetime_s / 3
        while self.is_fit:
            await asyncio.sleep(pause_s)
            if time.monotonic() - self.created_s > max_age_s - lifetime_s / 2:
                self.is_fit = False
                return
            pause_s = lifetime_s / 3
            try:
                await self._service.renew(self._sandbox)
            except Failure as failure:
                self.is_fit = self.is_fit and failure.kind is not Kind.SANDBOX
                pause_s = lifetime_s / 10

    async def _execute(
        self,
        context: Any,
        request: str,
        code: str,
        on_record: Callable[[dict[str, Any]], None],
        patience_s: float,
    ) -> None:
        """Execute code; raises Failure where nothing comes for `patience_s`."""
        heard_s = time.monotonic()

        def hear(record: dict[str, Any]) -> None:
            nonlocal heard_s
            heard_s = time.monotonic()
            on_record(record)

        lines = parcels.Lines(request, hear)
        execution = self._service.execute(self._sandbox, context, code, lines.add, patience_s)
        task = asyncio.ensure_future(execution)
        try:
            while not task.done():
                left_s = heard_s + patience_s - time.monotonic()
                if left_s <= 0:
                    raise Failure(f"no answer for {patience_s:.0f} s")
                await asyncio.wait({task}, timeout=left_s)
            task.result()
        finally:
            task.cancel()
