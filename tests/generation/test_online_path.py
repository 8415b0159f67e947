"""Single questions over the real SDK against a server that speaks OpenAI's protocol."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tarot.generation.entries import Sent
from tarot.generation.exchange import Answer, BudgetExceeded, End
from tarot.generation.ledger import open_ledger
from tarot.generation.lines import line_of
from tarot.generation.openai_online import OpenAIOnline
from tarot.generation.service import VARIABLE
from tarot.types import UserError
from tests.generation.openai_server import faults
from tests.generation.openai_server.account import KEY
from tests.generation.openai_server.bodies import RESPONSES, answer_to
from tests.generation.openai_server.harness import batches, echo, online, request
from tests.generation.openai_server.server import Server

NUM_REQUESTS = 12


def ask(settings: OpenAIOnline, folder: Path, num_requests: int = NUM_REQUESTS) -> list[Answer]:
    with settings.open(folder) as exchange:
        return list(exchange.ask([request(number) for number in range(num_requests)]))


@pytest.mark.parametrize("interface", ["responses", "chat/completions"])
def test_questions_are_asked_at_once_and_through_refusals(
    server: Server, tmp_path: Path, interface: str
) -> None:
    def slow_echo(body: Any) -> str:
        time.sleep(0.05)
        return echo(body)

    server.account.answerer = slow_echo
    server.account.plan.then("ask", faults.TOO_MANY, faults.BROKEN)
    settings = online(server.url, interface=interface, concurrency=4)
    answers = ask(settings, tmp_path)

    assert len(answers) == NUM_REQUESTS
    assert all(a.end is End.COMPLETE and a.request.question in a.text for a in answers)
    assert all(a.usage.reasoning_tokens and a.cost_usd > 0 for a in answers)
    assert set(server.account.paid.values()) == {1}
    assert 2 <= server.most_at_once <= 4
    assert server.calls["ask"] == NUM_REQUESTS + 2
    assert sorted(ask(settings, tmp_path), key=str) == sorted(answers, key=str)
    assert server.calls["ask"] == NUM_REQUESTS + 2


def test_paid_answers_that_are_of_no_use_are_kept(server: Server, tmp_path: Path) -> None:
    server.account.plan.then("answer", faults.TRUNCATED, faults.REFUSED)
    settings = online(server.url, concurrency=1)
    assert [a.end for a in ask(settings, tmp_path, 2)] == [End.TRUNCATED, End.REFUSED]
    assert [a.end for a in ask(settings, tmp_path, 2)] == [End.TRUNCATED, End.REFUSED]
    assert set(server.account.paid.values()) == {1}


def test_a_refused_request_fails_alone_and_costs_nothing(server: Server, tmp_path: Path) -> None:
    server.account.plan.then("ask", faults.BROKEN)
    first, second = ask(online(server.url, max_retries=0, concurrency=1), tmp_path, 2)
    assert (first.end, first.cost_usd, second.end) == (End.FAILED, 0.0, End.COMPLETE)
    assert first.cause == "InternalServerError: Error code: 500 - The server had an error"


def test_an_answer_that_breaks_off_counts_as_paid_in_full(server: Server, tmp_path: Path) -> None:
    server.account.plan.then("ask", faults.TORN)
    settings = online(server.url, max_retries=0)
    with settings.open(tmp_path) as exchange:
        worst_usd = exchange.estimate([request(0)]).max_cost_usd
        [answer] = exchange.ask([request(0)])
        assert (answer.end, answer.cost_usd) == (End.FAILED, worst_usd)
        assert exchange.spent_usd == worst_usd


def test_the_budget_stops_before_a_question_whose_worst_case_it_does_not_cover(
    server: Server, tmp_path: Path
) -> None:
    """A question takes up to 0.0042 USD and costs some 0.0003."""
    answers: list[Answer] = []
    with online(server.url, budget_usd=0.005, concurrency=4).open(tmp_path) as exchange:
        with pytest.raises(BudgetExceeded, match="raise it and give the same command"):
            answers.extend(exchange.ask([request(number) for number in range(NUM_REQUESTS)]))
        assert 0.0008 < exchange.spent_usd <= 0.005
    assert 1 < server.account.paid.total() < NUM_REQUESTS
    assert server.most_at_once == 1


def test_what_a_killed_process_had_kept_is_taken_and_what_it_waited_for_is_paid(
    server: Server, tmp_path: Path
) -> None:
    kept, lost = request(0), request(1)
    body = {"model": kept.model, "input": kept.question, "max_output_tokens": 1000}
    with open_ledger(tmp_path) as ledger:
        for one in (kept, lost):
            sent = ledger.reserve(Sent(one.model, one.custom_id, 0.004), None)
            assert sent is not None
            if one is kept:
                text = json.dumps(answer_to(body, RESPONSES, echo, None))
                ledger.keep_line(sent, line_of(kept.custom_id, text))
    answers = ask(online(server.url), tmp_path, 2)

    assert {answer.end for answer in answers} == {End.COMPLETE}
    assert server.account.paid.total() == 1
    with online(server.url).open(tmp_path) as exchange:
        assert exchange.spent_usd == pytest.approx(0.004 + sum(a.cost_usd for a in answers))


def test_a_question_that_is_under_way_in_a_batch_is_not_asked_again(
    server: Server, tmp_path: Path
) -> None:
    with batches(server.url, max_requests=1).open(tmp_path) as exchange:
        next(exchange.ask([request(0), request(1)]))
    with pytest.raises(UserError, match="1 requests are under way in batches"):
        ask(online(server.url), tmp_path)
    assert server.calls["ask"] == 0


@pytest.mark.parametrize("key", ["sk-wrong-fedcba9876543210", "", "sk two words"])
def test_a_key_that_does_not_do_is_one_line_without_it(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    key: str,
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv(VARIABLE, key)
    with pytest.raises(UserError, match=VARIABLE) as caught:
        ask(online(server.url), tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    if key:
        assert key not in message + caplog.text
        assert key[-4:] not in message


def test_the_key_is_in_no_file(server: Server, tmp_path: Path) -> None:
    server.account.plan.then("ask", faults.BROKEN)
    ask(online(server.url, max_retries=0), tmp_path / "online", 2)
    with batches(server.url).open(tmp_path / "batches") as exchange:
        list(exchange.ask([request(0)]))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 5
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
