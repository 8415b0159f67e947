"""A whole generation that is killed again and again while the service fails in every way."""

import os
import random
import sys
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.generation.service import VARIABLE
from tarot.runs.exits import Exit
from tests.generation.openai_server.account import KEY, Account
from tests.generation.openai_server.faults import Plan, every_fault, never_injected
from tests.generation.openai_server.killing import kill_at_a_moment, started
from tests.generation.openai_server.server import Server, serving
from tests.generation.starter_answers import StarterAnswers

PATIENCE_S = 120.0
SETTINGS = (
    *("models=[o4-mini,o3]", "repairs=4", "generator.poll_s=0.01", "generator.settle_s=0.2"),
    *("generator.max_retries=0", "generator.attempts=30", "generator.budget_usd=100"),
    "audit=null",
)


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
        with started(context, generate, command(tmp_path / "a", answers, server)) as child:
            child.join(PATIENCE_S * num_problems)
        assert child.exitcode == Exit.OK
    plan = every_fault(num_kills, answer=0.05, line=0.03)
    with serving(Account(answers.answerer(), plan, batch_s=0.02)) as server:
        more = f"generator.max_requests={num_problems // 6}"
        typed = command(tmp_path / "b", answers, server, more)
        draws = random.Random(num_kills)
        for _ in range(num_kills):
            with started(context, generate, typed) as child:
                kill_at_a_moment(child, server, draws, within_s=0.2)
        with started(context, generate, typed) as child:
            child.join(PATIENCE_S * num_problems)
        assert child.exitcode == Exit.OK
        assert server.account.paid_twice() == {}
    assert never_injected(plan) == set()
    for name in ("problems.jsonl", "problems.parquet", "disagreements.jsonl"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    lines = (tmp_path / "b" / "problems.jsonl").read_bytes().count(b"\n")
    assert lines == num_problems - num_problems // 7


def command(folder: Path, answers: StarterAnswers, server: Server, *more: str) -> list[str]:
    url = f"generator.base_url={server.url}"
    return ["generate", f"out={folder}", url, *answers.overrides, *SETTINGS, *more]
