"""The batch path while its process is killed again and again and the service fails in every way."""

import json
import random
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.generation.openai_server.faults import every_fault, never_injected
from tests.generation.openai_server.harness import request, say_in_batches
from tests.generation.openai_server.killing import kill_at_a_moment, started
from tests.generation.openai_server.server import Server

NUM_REQUESTS = 500
PATIENCE_S = 600.0


@pytest.mark.parametrize(
    ("num_kills", "max_requests"), [(5, 25), pytest.param(20, 6, marks=pytest.mark.soak)]
)
def test_killed_at_random_moments_no_request_is_paid_twice_and_none_lost(
    server: Server, context: ForkServerContext, tmp_path: Path, num_kills: int, max_requests: int
) -> None:
    draws = random.Random(num_kills)
    server.account.batch_s = 0.02
    server.account.plan = every_fault(num_kills, answer=0.08, line=0.04)
    output = tmp_path / "said.json"
    args = (server.url, tmp_path / "ledger", NUM_REQUESTS, max_requests, output)
    for _ in range(num_kills):
        with started(context, say_in_batches, *args) as child:
            kill_at_a_moment(child, server, draws, within_s=0.02)
    with started(context, say_in_batches, *args) as child:
        child.join(PATIENCE_S)

    assert child.exitcode == 0
    assert json.loads(output.read_text()) == {
        request(number).problem_id: request(number).question for number in range(NUM_REQUESTS)
    }
    assert server.account.paid_twice() == {}
    assert never_injected(server.account.plan) == set()
