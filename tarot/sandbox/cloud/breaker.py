"""A circuit breaker: while a service is out, one request at a time finds out whether it is back."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator

from tarot.sandbox.cloud.failures import Failure

logger = logging.getLogger(__name__)

OPENS_AFTER_S = 5.0
_POLL_S = 0.1
_SHORTEST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_PAUSE_SHARE = 0.2


class Breaker:
    """Open once nothing has succeeded for `OPENS_AFTER_S`, though something was tried.

    A batch is given up when that has lasted for `max_outage_s`, and the batches after it when they
    have tried once, until something succeeds. Opening and closing are said, at WARNING, by this
    module's logger.
    """

    def __init__(self, max_outage_s: float) -> None:
        """Closed, until something fails."""
        self._max_outage_s = max_outage_s
        self._failure: Failure | None = None
        self._failing_since_s = 0.0
        self._next_probe_s = 0.0
        self._num_failures_of_batch = 0
        self._is_said = False
        self._is_probing = False

    @property
    def is_spent(self) -> bool:
        """Whether this batch is to be given up."""
        return self._num_failures_of_batch > 0 and self._failing_s() > self._max_outage_s

    def begin_batch(self) -> None:
        """Allow the next batch a try; only an outage that ended the one before goes on."""
        if not self.is_spent:
            self._failure = None
        self._num_failures_of_batch = 0

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Try something inside: at once while closed, else alone and some time after a failure."""
        is_probe = False
        while self._is_open() and not is_probe:
            if not self._is_probing and time.monotonic() >= self._next_probe_s:
                is_probe = self._is_probing = True
            else:
                await asyncio.sleep(_POLL_S)
        try:
            yield
        finally:
            if is_probe:
                self._is_probing = False

    def note_success(self) -> None:
        """The service does what it is asked for."""
        self._failure = None
        if self._is_said:
            self._is_said = False
            logger.warning("sandbox: the service is back after %.0f s", self._failed_for_s())

    def note_failure(self, failure: Failure) -> None:
        """Something failed; the first failure after a success begins a time of failing."""
        logger.info("sandbox: %s", failure)
        if self._failure is None:
            self._failing_since_s = time.monotonic()
        self._failure = failure
        self._next_probe_s = time.monotonic() + self._pause_s()
        self._num_failures_of_batch += 1

    def say_open(self) -> None:
        """Say that the service is out, once in an outage."""
        if self._is_open() and not self._is_said:
            self._is_said = True
            logger.warning(
                "sandbox: paused, up to sandbox.max_outage_s=%g, until the service is back (%s)",
                self._max_outage_s,
                self._failure,
            )

    def say_spent(self) -> None:
        """The batch is given up."""
        logger.error(
            "sandbox: nothing succeeded for %.0f s; what is left is lost", self._failing_s()
        )

    def _is_open(self) -> bool:
        return self._failing_s() > OPENS_AFTER_S

    def _failing_s(self) -> float:
        return 0.0 if self._failure is None else self._failed_for_s()

    def _failed_for_s(self) -> float:
        return time.monotonic() - self._failing_since_s

    def _pause_s(self) -> float:
        """Longer in a long outage, and never in step with others."""
        longest_s = min(_LONGEST_PAUSE_S, max(_SHORTEST_PAUSE_S, _PAUSE_SHARE * self._failing_s()))
        return longest_s * random.uniform(0.5, 1.0)
