"""Processes that are killed while a server answers them."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

from tests.generation.openai_server.server import Server

_PATIENCE_S = 600.0
_MAX_CALLS = 12


@contextmanager
def started(
    context: ForkServerContext, work: Callable[..., object], *arguments: Any
) -> Iterator[ForkServerProcess]:
    """A process at work, which ends with the block."""
    child = context.Process(target=work, args=arguments)
    child.start()
    try:
        yield child
    finally:
        if child.is_alive():
            child.kill()


def kill_at_a_moment(
    child: ForkServerProcess, server: Server, draws: random.Random, within_s: float
) -> None:
    """Kill it some calls on, and up to `within_s` later."""
    last = server.calls.total() + draws.randint(1, _MAX_CALLS)
    ends_s = time.monotonic() + _PATIENCE_S
    while server.calls.total() < last and child.is_alive() and time.monotonic() < ends_s:
        time.sleep(0.001)
    time.sleep(draws.uniform(0.0, within_s))
    child.kill()
    child.join()
    assert child.exitcode == -9, "it was to be killed at work"
