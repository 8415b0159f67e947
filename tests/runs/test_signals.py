"""Requests to stop, and their repetitions."""

import signal
import time

from tarot.runs.signals import RepeatedSignals


def test_a_signal_that_a_scheduler_repeats_is_one_request() -> None:
    repeated = RepeatedSignals()
    assert [repeated.recognize(signal.SIGTERM) for _ in range(3)] == [False, True, True]


def test_ctrl_c_pressed_again_is_a_second_request_but_one_press_is_none() -> None:
    repeated = RepeatedSignals()
    assert [repeated.recognize(signal.SIGINT) for _ in range(2)] == [False, True]
    time.sleep(0.6)
    assert not repeated.recognize(signal.SIGINT)


def test_ctrl_c_after_a_sigterm_is_a_second_request() -> None:
    repeated = RepeatedSignals()
    assert not repeated.recognize(signal.SIGTERM)
    time.sleep(0.6)
    assert not repeated.recognize(signal.SIGINT)
