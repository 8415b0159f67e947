"""Requests to stop a run, told from repetitions of the same one.

A scheduler sends SIGTERM to every process of a job, some send it twice, and launchers pass it on:
a process gets one request several times. A person who presses Ctrl-C again means it.
"""

import signal
import time

REPETITION_S = {signal.SIGINT: 0.5, signal.SIGTERM: 30.0}


class StopRequests:
    """Counts the requests that signals bring."""

    def __init__(self) -> None:
        """None has come."""
        self.num = 0
        self._last_s = 0.0

    def take(self, number: int) -> bool:
        """Count the request of a signal; False for a repetition, which counts for nothing."""
        now_s = time.monotonic()
        if self.num and now_s - self._last_s < REPETITION_S[signal.Signals(number)]:
            return False
        self.num += 1
        self._last_s = now_s
        return True
