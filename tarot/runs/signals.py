"""Signals that repeat a request to stop, told from those that make one.

A scheduler sends SIGTERM to every process of a job, some send it twice, and launchers pass it on:
a process gets one request several times. A person who presses Ctrl-C again means it.
"""

import signal
import time

REPETITION_S = {signal.SIGINT: 0.5, signal.SIGTERM: 30.0}


class RepeatedSignals:
    """Recognizes the repetitions among the signals that a process gets."""

    def __init__(self) -> None:
        """None has come."""
        self._request_s: float | None = None

    def recognize(self, number: int) -> bool:
        """Whether a signal that comes now repeats the last request; else it is the next one."""
        now_s = time.monotonic()
        within_s = REPETITION_S[signal.Signals(number)]
        if self._request_s is not None and now_s - self._request_s < within_s:
            return True
        self._request_s = now_s
        return False
