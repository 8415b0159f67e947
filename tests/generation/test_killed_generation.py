"""A whole generation that is killed again and again while the service fails in every way."""

import multiprocessing
import os
import random
import sys
import time
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.generation.service import VARIABLE
from tarot.runs.exits import Exit
from tests.generation.openai_server.account import KEY, Account
from tests.generation.openai_server.faults import (
    OF_A_BATCH,
    OF_A_CREATION,
    OF_A_DOWNLOAD,
    OF_AN_ANSWER,
    Plan,
)
from tests.generation.openai_server.server import Server, serving
from tests.generation.starter_answers import StarterAnswers

PATIENCE_S = 120.0
MAX_CALLS = 10
SETTINGS = (
    *("models=[o4-mini,o3]", "repairs=4", "generator.poll_s=0.01", "generator.settle_s=0.2"),
    *("generator.max_retries=0", "generator.attempts=30", "generator.budget_usd=100"),
)


@pytest.fixture(scope="module")
def context() -> ForkServerContext:
    """Processes that are forked off one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    resources = [f"openai.resources.{name}" for name in ("batches", "files", "responses")]
    heavy = ("openai", "tarot.generation.openai_service", "tarot.cli.generate")
    context.set_forkserver_preload([*heavy, *resources])
    return context


def generate(arguments: list[str]) -> None:
    """The work of a process that may be killed at any moment."""
    os.environ[VARIABLE] = KEY
    sys.exit(main(arguments))


@pytest.mark.parametrize(
    ("num_problems", "num_kills"), [(42, 5), pytest.param(500, 20, marks=pytest.mark.soak)]
)
def test_killed_at_random_moments_it_makes_the_same_data_set_and_pays_nothing_twice(
    context: ForkServerContext, tmp_path: Path, num_problems: int, num_kills: int
) -> None:
    answers = StarterAnswers(num_problems)
    with serving(Account(answers.answerer(), Plan())) as server:
        child = context.Process(target=generate, args=(command(tmp_path / "a", answers, server),))
        child.start()
        child.join(PATIENCE_S * num_problems)
        assert child.exitcode == Exit.OK
    with serving(Account(answers.answerer(), faults(num_kills), batch_s=0.02)) as server:
        more = f"generator.max_requests={num_problems // 6}"
        typed = command(tmp_path / "b", answers, server, more)
        draws = random.Random(num_kills)
        for _ in range(num_kills):
            child = context.Process(target=generate, args=(typed,))
            child.start()
            kill_at_a_moment(child, server, draws)
        child = context.Process(target=generate, args=(typed,))
        child.start()
        child.join(PATIENCE_S * num_problems)
        assert child.exitcode == Exit.OK
        assert server.account.paid_twice() == {}
        kinds = ("answer", "batch", "content", "create")
        of = (OF_AN_ANSWER, OF_A_BATCH, OF_A_DOWNLOAD, OF_A_CREATION)
        wanted = {
            f"{kind} {one.kind}" for kind, ones in zip(kinds, of, strict=True) for one in ones
        }
        assert wanted <= set(server.account.plan.injected)
    for name in ("problems.jsonl", "problems.parquet", "disagreements.jsonl"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    lines = (tmp_path / "b" / "problems.jsonl").read_bytes().count(b"\n")
    assert lines == num_problems - num_problems // 7


def command(folder: Path, answers: StarterAnswers, server: Server, *more: str) -> list[str]:
    url = f"generator.base_url={server.url}"
    return ["generate", f"out={folder}", url, *answers.overrides, *SETTINGS, *more]


def faults(seed: int) -> Plan:
    """Every kind at the beginning, and then some at random."""
    plan = Plan(
        seed=seed,
        **dict.fromkeys(("upload", "create", "list", "retrieve", "content"), 0.1),
        **{"batch": 0.3, "answer": 0.05, "line": 0.03},
    )
    plan.then("create", None, *OF_A_CREATION)
    plan.then("content", None, *OF_A_DOWNLOAD)
    plan.then("batch", *OF_A_BATCH)
    plan.then("answer", *OF_AN_ANSWER)
    return plan


def kill_at_a_moment(child: ForkServerProcess, server: Server, draws: random.Random) -> None:
    """Kill it some calls on, and up to a fifth of a second later, when it may be checking."""
    last = server.calls.total() + draws.randint(1, MAX_CALLS)
    ends_s = time.monotonic() + PATIENCE_S
    while server.calls.total() < last and child.is_alive() and time.monotonic() < ends_s:
        time.sleep(0.001)
    time.sleep(draws.uniform(0.0, 0.2))
    child.kill()
    child.join()
    assert child.exitcode == -9, "it was to be killed at work"
