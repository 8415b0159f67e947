"""Requests to stop, and their repetitions."""

import signal
import time

from tarot.runs.requests import StopRequests


def test_a_signal_that_a_scheduler_repeats_is_one_request() -> None:
    requests = StopRequests()
    assert [requests.take(signal.SIGTERM) for _ in range(3)] == [True, False, False]
    assert requests.num == 1


def test_ctrl_c_pressed_again_is_a_second_request_but_one_press_is_none() -> None:
    requests = StopRequests()
    assert [requests.take(signal.SIGINT) for _ in range(2)] == [True, False]
    time.sleep(0.6)
    assert requests.take(signal.SIGINT)
    assert requests.num == 2


def test_ctrl_c_after_a_sigterm_is_a_second_request() -> None:
    requests = StopRequests()
    requests.take(signal.SIGTERM)
    time.sleep(0.6)
    assert requests.take(signal.SIGINT)
