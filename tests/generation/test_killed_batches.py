"""The batch path while its process is killed again and again and the service fails in every way."""

import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import pytest

from tests.generation.openai_server.faults import (
    OF_A_BATCH,
    OF_A_CREATION,
    OF_A_DOWNLOAD,
    OF_AN_ANSWER,
    Plan,
)
from tests.generation.openai_server.harness import request, say_in_batches
from tests.generation.openai_server.server import Server

NUM_REQUESTS = 500
MAX_CALLS = 12
PATIENCE_S = 600.0


@pytest.fixture(scope="module")
def context() -> ForkServerContext:
    """Processes that are forked off one that has the SDK, whose import takes seconds."""
    context = multiprocessing.get_context("forkserver")
    resources = [f"openai.resources.{name}" for name in ("batches", "files", "responses")]
    context.set_forkserver_preload(["openai", *resources, "tarot.generation.openai_service"])
    return context


@pytest.mark.parametrize(
    ("num_kills", "max_requests"), [(5, 25), pytest.param(20, 6, marks=pytest.mark.soak)]
)
def test_killed_at_random_moments_no_request_is_paid_twice_and_none_lost(
    server: Server, context: ForkServerContext, tmp_path: Path, num_kills: int, max_requests: int
) -> None:
    draws = random.Random(num_kills)
    server.account.batch_s = 0.02
    server.account.plan = Plan(
        seed=num_kills,
        **dict.fromkeys(("upload", "create", "list", "retrieve", "content"), 0.1),
        **{"batch": 0.3, "answer": 0.08, "line": 0.04},
    )
    server.account.plan.then("create", None, *OF_A_CREATION)
    server.account.plan.then("content", None, *OF_A_DOWNLOAD)
    server.account.plan.then("batch", *OF_A_BATCH)
    output = tmp_path / "said.json"
    args = (server.url, tmp_path / "ledger", NUM_REQUESTS, max_requests, output)
    for _ in range(num_kills):
        with _started(context, args) as child:
            _kill_at_a_moment(child, server, draws)
    with _started(context, args) as child:
        child.join(PATIENCE_S)

    assert child.exitcode == 0
    assert json.loads(output.read_text()) == {
        request(number).problem_id: request(number).question for number in range(NUM_REQUESTS)
    }
    assert server.account.paid_twice() == {}
    kinds = ("answer", "batch", "content", "create")
    faults = (OF_AN_ANSWER, OF_A_BATCH, OF_A_DOWNLOAD, OF_A_CREATION)
    wanted = {
        f"{kind} {fault.kind}" for kind, of in zip(kinds, faults, strict=True) for fault in of
    }
    assert wanted | {"line error line"} <= set(server.account.plan.injected)


@contextmanager
def _started(context: ForkServerContext, args: tuple[Any, ...]) -> Iterator[ForkServerProcess]:
    """A process at work, which ends with the block."""
    child = context.Process(target=say_in_batches, args=args)
    child.start()
    try:
        yield child
    finally:
        if child.is_alive():
            child.kill()


def _kill_at_a_moment(child: ForkServerProcess, server: Server, draws: random.Random) -> None:
    """Kill it some calls on, and some milliseconds later."""
    last = server.calls.total() + draws.randint(1, MAX_CALLS)
    ends_s = time.monotonic() + PATIENCE_S
    while server.calls.total() < last and child.is_alive() and time.monotonic() < ends_s:
        time.sleep(0.001)
    time.sleep(draws.uniform(0.0, 0.02))
    child.kill()
    child.join()
    assert child.exitcode == -9, "it was to be killed at work"
