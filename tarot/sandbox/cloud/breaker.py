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
    """Open once nothing has shown life for `OPENS_AFTER_S`, though something was tried.

    A batch is given up when nothing of it has succeeded for `max_outage_s`, and the batches after
    it when they have tried once, until something succeeds. Opening and closing are said, at
    WARNING, by this module's logger.
    """

    def __init__(self, max_outage_s: float) -> None:
        """Closed, until something fails."""
        self._max_outage_s = max_outage_s
        self._failure: Failure | None = None
        self._failing_since_s: float | None = None
        self._lifeless_since_s: float | None = None
        self._next_probe_s = 0.0
        self._num_failures_of_batch = 0
        self._said_s: float | None = None
        self._is_probing = False
        self._is_hurried = False

    @property
    def is_spent(self) -> bool:
        """Whether this batch is to be given up."""
        is_over = _seconds(self._failing_since_s) > self._max_outage_s
        return self._num_failures_of_batch > 0 and (is_over or (self._is_hurried and self._is_open))

    def begin_batch(self) -> None:
        """Allow the next batch a try; only an outage that ended the one before goes on."""
        if not self.is_spent:
            self._failing_since_s = self._lifeless_since_s = None
        self._num_failures_of_batch = 0

    def hurry(self) -> None:
        """From now on give batches up as soon as it is open."""
        self._is_hurried = True

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Try something inside: at once while closed, else alone and some time after a failure.

        Who tries has something to do: nobody waits inside for what another one holds. Raises
        Failure in a batch that is given up.
        """
        is_probe = False
        while self._is_open and not is_probe:
            if self.is_spent and self._failure is not None:
                raise self._failure
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
        """A job came back."""
        self._failing_since_s = None
        self.note_life()

    def note_life(self) -> None:
        """The service does what it is asked for, though it has not judged anything yet."""
        self._lifeless_since_s = None
        if self._said_s is not None:
            logger.warning("sandbox: the service is back after %.0f s", _seconds(self._said_s))
            self._said_s = None

    def note_failure(self, failure: Failure) -> None:
        """Something failed; the first failure after a success begins a time of failing."""
        logger.info("sandbox: %s", failure)
        now_s = time.monotonic()
        self._failure = failure
        self._failing_since_s = self._failing_since_s or now_s
        self._lifeless_since_s = self._lifeless_since_s or now_s
        self._next_probe_s = now_s + self._pause_s()
        self._num_failures_of_batch += 1

    def say_open(self) -> None:
        """Say that the service is out, once in an outage."""
        if self._is_open and self._said_s is None:
            self._said_s = self._lifeless_since_s
            logger.warning(
                "sandbox: paused, up to sandbox.max_outage_s=%g, until the service is back (%s)",
                self._max_outage_s,
                self._failure,
            )

    def say_spent(self) -> None:
        """The batch is given up."""
        outage_s = _seconds(self._failing_since_s)
        logger.error("sandbox: nothing succeeded for %.0f s; what is left is lost", outage_s)

    @property
    def _is_open(self) -> bool:
        return _seconds(self._lifeless_since_s) > OPENS_AFTER_S

    def _pause_s(self) -> float:
        """Longer in a long outage, and never in step with others."""
        outage_s = _seconds(self._lifeless_since_s)
        longest_s = min(_LONGEST_PAUSE_S, max(_SHORTEST_PAUSE_S, _PAUSE_SHARE * outage_s))
        return longest_s * random.uniform(0.5, 1.0)


def _seconds(since_s: float | None) -> float:
    return 0.0 if since_s is None else time.monotonic() - since_s
