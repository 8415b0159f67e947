"""What ends a run early: an outage, and Ctrl-C or SIGTERM.

Between stages a signal ends it at once, inside training after the step.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tarot.runs.signals import RepeatedSignals


class Outage(RuntimeError):
    """Too many completions could not be judged; what came before is saved."""


def check_judged(unjudged_share: float, limit: float) -> None:
    """Outage if more completions were lost than the config allows: this is to be done again."""
    if unjudged_share > limit:
        raise Outage(
            f"{unjudged_share:.0%} of the completions could not be judged, more than "
            f"grading.max_unjudged_share={limit}: is the sandbox out?"
        )


class StopRequest:
    """Whether a signal has asked the run to stop.

    A signal that is deferred calls `hurry`, so that what the step waits for may be given up.
    """

    def __init__(self) -> None:
        """Take over SIGINT and SIGTERM for the rest of the process."""
        self.is_set = False
        self.hurry: Callable[[], None] | None = None
        self._is_deferred = False
        self._repeated = RepeatedSignals()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Inside, a first signal only sets the request; KeyboardInterrupt comes at the end."""
        self._is_deferred = True
        try:
            yield
        finally:
            self._is_deferred = False
        if self.is_set:
            raise KeyboardInterrupt

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._repeated.recognize(number):
            return
        if self.is_set or not self._is_deferred:
            raise KeyboardInterrupt
        self.is_set = True
        if self.hurry is not None:
            self.hurry()
