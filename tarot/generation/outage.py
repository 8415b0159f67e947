"""Times in which a service can't be used: they are waited out, up to a limit."""

import logging
import time

from tarot.generation.failures import Failure, Kind

logger = logging.getLogger(__name__)

_HOPELESS = (Kind.ACCOUNT, Kind.REQUEST)


class Outage:
    """How long nothing has succeeded."""

    def __init__(self, max_outage_s: float) -> None:
        """Nothing has failed yet."""
        self._max_outage_s = max_outage_s
        self._since_s: float | None = None

    def note_success(self) -> None:
        """The service does what it is asked for."""
        self._since_s = None

    def note_failure(self, failure: Failure) -> None:
        """Something failed; wait, and try again.

        Raises:
            UserError: where waiting doesn't help.
            ServiceOutage: where it has not helped for long.
        """
        now_s = time.monotonic()
        if self._since_s is None:
            self._since_s = now_s
        if failure.kind in _HOPELESS or now_s - self._since_s > self._max_outage_s:
            raise failure.ending() from None
        logger.warning("generator: %s; trying again", failure)
