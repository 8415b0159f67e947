"""A service whose use is counted on the way to it.

Not covered: requests that the SDK repeats or makes by itself, the further pages of a long listing,
and a sandbox of which no answer ever told, until it ends by itself or with its fleet.
"""

import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from tarot.sandbox.cloud.service import Listed, Service
from tarot.sandbox.cloud.usage import SECONDS_PER_HOUR, SandboxUsage


@dataclass(slots=True)
class _Life:
    """A sandbox's time, in seconds of a clock: from when it was asked for to when it ends."""

    begin_s: float
    end_s: float

    def seconds(self, now_s: float) -> float:
        return min(now_s, self.end_s) - self.begin_s


class MeteredService:
    """Passes everything on and counts it; its sandboxes live for `lifetime_s` unless renewed.

    A sandbox counts until it is ended, or else until its life is over. What is counted may be
    read from any thread.
    """

    def __init__(self, service: Service, lifetime_s: float, usd_per_hour: float | None) -> None:
        """Count from nothing; the price is of one sandbox for an hour, None where it isn't told."""
        self._service = service
        self._lifetime_s = lifetime_s
        self._usd_per_hour = usd_per_hour
        self._lock = threading.Lock()
        self._num_requests = 0
        self._num_creations = 0
        self._ended_s = 0.0
        self._lives: dict[str, _Life] = {}

    def usage(self) -> SandboxUsage:
        """What was taken so far."""
        now_s = time.monotonic()
        with self._lock:
            living_s = sum(life.seconds(now_s) for life in self._lives.values())
            sandbox_s = self._ended_s + living_s
            price = self._usd_per_hour
            usd = None if price is None else sandbox_s / SECONDS_PER_HOUR * price
            return SandboxUsage(self._num_creations, self._num_requests, sandbox_s, usd)

    async def create(self, metadata: dict[str, str], request: str) -> Any:
        """As the service does."""
        begin_s = self._count_request()
        sandbox = await self._service.create(metadata, request)
        with self._lock:
            self._num_creations += 1
            end_s = time.monotonic() + self._lifetime_s
            self._lives[sandbox.sandbox_id] = _Life(begin_s, end_s)
        return sandbox

    async def renew(self, sandbox: Any) -> None:
        """As the service does."""
        self._count_request()
        await self._service.renew(sandbox)
        with self._lock:
            if sandbox.sandbox_id in self._lives:
                self._lives[sandbox.sandbox_id].end_s = time.monotonic() + self._lifetime_s

    async def kill(self, sandbox_id: str) -> None:
        """As the service does; one that could not be ended lives on."""
        self._count_request()
        await self._service.kill(sandbox_id)
        with self._lock:
            life = self._lives.pop(sandbox_id, None)
            if life is not None:
                self._ended_s += life.seconds(time.monotonic())

    async def listed(self, metadata: dict[str, str]) -> AsyncIterator[Listed]:
        """As the service does."""
        self._count_request()
        async for found in self._service.listed(metadata):
            yield found

    async def new_context(self, sandbox: Any) -> Any:
        """As the service does."""
        self._count_request()
        return await self._service.new_context(sandbox)

    async def remove_context(self, sandbox: Any, context: Any) -> None:
        """As the service does."""
        self._count_request()
        await self._service.remove_context(sandbox, context)

    async def execute(
        self,
        sandbox: Any,
        context: Any,
        code: str,
        say: Callable[[str, object], None],
        patience_s: float,
    ) -> None:
        """As the service does."""
        self._count_request()
        await self._service.execute(sandbox, context, code, say, patience_s)

    def _count_request(self) -> float:
        """Count one more; says when."""
        with self._lock:
            self._num_requests += 1
        return time.monotonic()
