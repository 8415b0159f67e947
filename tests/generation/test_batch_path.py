"""Batches over the real SDK against a server that speaks OpenAI's protocol."""

import sqlite3
from pathlib import Path

import pytest

from tarot.generation.exchange import Answer, BudgetExceeded, End
from tarot.generation.failures import ServiceOutage
from tarot.generation.openai_batch import OpenAIBatch
from tarot.types import UserError
from tests.generation.openai_server import faults
from tests.generation.openai_server.faults import Plan
from tests.generation.openai_server.harness import MAX_OUTPUT_TOKENS, PRICES, batches, request
from tests.generation.openai_server.server import Server

NUM_REQUESTS = 8
FAULTS = [
    *(("upload", fault) for fault in faults.OF_A_CALL),
    *(("create", fault) for fault in faults.OF_A_CREATION),
    *(("retrieve", fault) for fault in faults.OF_A_CALL),
    *(("content", fault) for fault in faults.OF_A_DOWNLOAD),
    *(("batch", fault) for fault in (*faults.OF_A_BATCH, faults.QUEUE_FULL)),
    ("line", faults.ERROR_LINE),
]


def ask(settings: OpenAIBatch, folder: Path, num_requests: int = NUM_REQUESTS) -> list[Answer]:
    with settings.open(folder) as exchange:
        return list(exchange.ask([request(number) for number in range(num_requests)]))


def assert_all_said_once(server: Server, answers: list[Answer]) -> None:
    assert {answer.request.problem_id for answer in answers} == {
        f"problem-{number}" for number in range(NUM_REQUESTS)
    }
    assert len(answers) == NUM_REQUESTS
    assert {answer.end for answer in answers} == {End.COMPLETE}
    assert all(answer.request.question in answer.text for answer in answers)
    assert set(server.account.paid.values()) == {1}
    assert len(server.account.paid) == NUM_REQUESTS


def test_every_request_is_answered_and_paid_once_through_every_fault(
    server: Server, tmp_path: Path
) -> None:
    with batches(server.url, settle_s=0.02).open(tmp_path) as exchange:
        for number, (operation, fault) in enumerate(FAULTS):
            server.account.plan = Plan()
            server.account.plan.then(operation, fault)
            every = [request(4 * number + rest) for rest in range(4)]
            answers = list(exchange.ask(every))

            assert server.account.plan.injected == {f"{operation} {fault.kind}": 1}
            assert {answer.request.custom_id for answer in answers} == {
                r.custom_id for r in every
            }, (operation, fault)
            assert {answer.end for answer in answers} == {End.COMPLETE}, (operation, fault)
            assert all(answer.request.question in answer.text for answer in answers)
            assert server.account.paid_twice() == {}, (operation, fault)
    assert len(server.account.paid) == 4 * len(FAULTS)


def test_a_second_process_is_told_what_the_first_has_paid_for(
    server: Server, tmp_path: Path
) -> None:
    first = ask(batches(server.url), tmp_path)
    calls = server.calls.copy()
    assert ask(batches(server.url), tmp_path) == first
    assert server.calls == calls


def test_whoever_stops_iterating_gets_the_rest_later(server: Server, tmp_path: Path) -> None:
    settings = batches(server.url, max_requests=2)
    every = [request(number) for number in range(NUM_REQUESTS)]
    with settings.open(tmp_path) as exchange:
        asking = exchange.ask(every)
        next(asking)
        assert exchange.estimate(every).num_requests == 0, "all are sent"
    assert_all_said_once(server, ask(settings, tmp_path))


def test_two_models_go_out_in_batches_of_their_own(server: Server, tmp_path: Path) -> None:
    every = [request(number, model) for number in range(3) for model in ("o4-mini", "o3")]
    with batches(server.url).open(tmp_path) as exchange:
        answers = list(exchange.ask([*every, *every]))
    assert sorted(answer.model_snapshot for answer in answers) == [
        *["o3-2025-04-16"] * 3,
        *["o4-mini-2025-04-16"] * 3,
    ]
    assert len(server.account.batches) == 2


def test_paid_answers_that_are_of_no_use_are_kept_with_their_cost(
    server: Server, tmp_path: Path
) -> None:
    server.account.plan.then("answer", faults.TRUNCATED, faults.REFUSED, faults.NO_JSON)
    truncated, refused, broken = ask(batches(server.url), tmp_path, 3)

    assert (truncated.end, truncated.cause) == (End.TRUNCATED, "max_output_tokens")
    assert truncated.usage.output_tokens == MAX_OUTPUT_TOKENS
    # At half the price: 0.5 USD for a million tokens of input, 2 for those of output.
    usage = truncated.usage
    expected_usd = (usage.input_tokens * 0.5 + usage.output_tokens * 2.0) / 1_000_000
    assert truncated.cost_usd == pytest.approx(expected_usd)
    assert (refused.end, refused.text) == (End.REFUSED, "")
    assert "can't help" in refused.cause
    assert broken.end is End.COMPLETE
    assert broken.text.startswith('{"said')
    assert set(server.account.paid.values()) == {1}


def test_what_fails_too_often_is_said_and_asked_again_by_a_later_process(
    server: Server, tmp_path: Path
) -> None:
    server.account.plan.then("line", *[faults.ERROR_LINE] * 4)
    answers = ask(batches(server.url, attempts=2), tmp_path, 2)
    assert [answer.end for answer in answers] == [End.FAILED] * 2
    assert "broken" in answers[0].cause
    assert [answer.end for answer in ask(batches(server.url), tmp_path, 2)] == [End.COMPLETE] * 2


def test_no_more_tokens_are_under_way_than_the_account_allows(
    server: Server, tmp_path: Path
) -> None:
    """A request takes some 200 tokens by our bound and some 100 by the server's count."""
    server.account.batch_s = 0.02
    server.account.max_enqueued_tokens = 400
    answers = ask(batches(server.url, max_enqueued_tokens=600), tmp_path)
    assert_all_said_once(server, answers)
    assert len(server.account.batches) >= 3
    assert {batch.status for batch in server.account.batches.values()} == {"completed"}


def test_a_full_queue_is_waited_for_while_others_of_ours_are_in_it(
    server: Server, tmp_path: Path
) -> None:
    server.account.batch_s = 0.05
    server.account.plan.then("batch", None, faults.QUEUE_FULL)
    assert_all_said_once(server, ask(batches(server.url, max_requests=4, attempts=1), tmp_path))


def test_a_budget_is_never_passed_and_what_settles_below_its_worst_case_frees_it(
    server: Server, tmp_path: Path
) -> None:
    server.account.plan.then("answer", *[faults.TRUNCATED] * 2)
    settings = batches(server.url, max_requests=2, budget_usd=0.0046)
    every = [request(number) for number in range(NUM_REQUESTS)]
    answers: list[Answer] = []
    with settings.open(tmp_path) as exchange:
        # (275 * 0.5 + 1000 * 2) / 10**6: two fit, use up nearly all, and leave too little for more.
        assert exchange.estimate(every[:1]).max_cost_usd == pytest.approx(0.0021375)
        with pytest.raises(BudgetExceeded, match=r"^generator.budget_usd: 0.0040 of 0.0046 USD"):
            answers.extend(exchange.ask(every))
        assert exchange.spent_usd < 0.0046
    with batches(server.url, max_requests=2, budget_usd=0.0072).open(tmp_path) as exchange:
        answers = list(exchange.ask(every))
        assert exchange.spent_usd == pytest.approx(sum(answer.cost_usd for answer in answers))
    assert len(answers) == NUM_REQUESTS
    assert set(server.account.paid.values()) == {1}


def test_a_model_that_the_account_has_not_is_one_line_and_no_trap(
    server: Server, tmp_path: Path
) -> None:
    server.account.models = {"o3"}
    with pytest.raises(UserError, match=r"^generator: model_not_found: .*; check OPENAI_API_KEY"):
        ask(batches(server.url), tmp_path)
    server.account.models = {"o4-mini"}
    assert_all_said_once(server, ask(batches(server.url), tmp_path))


def test_a_service_that_stays_away_is_an_outage(server: Server, tmp_path: Path) -> None:
    settings = batches("http://127.0.0.1:9/v1", max_outage_s=0.02)
    with pytest.raises(ServiceOutage, match=r"^generator: APIConnectionError: "):
        ask(settings, tmp_path)


def test_a_ledger_has_one_process_and_is_not_taken_for_another_file(
    server: Server, tmp_path: Path
) -> None:
    settings = batches(server.url)
    with (
        settings.open(tmp_path),
        pytest.raises(UserError, match="runs it"),
        settings.open(tmp_path),
    ):
        pass
    other = tmp_path / "other"
    other.mkdir()
    (other / "ledger.sqlite").write_text("no database, but longer than the head of one" * 10)
    with pytest.raises(UserError, match=r"ledger\.sqlite: .*; put the file back"):
        ask(settings, other)


def test_lines_are_kept_as_they_came(server: Server, tmp_path: Path) -> None:
    ask(batches(server.url), tmp_path, 2)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        lines = [row[0] for row in database.execute("SELECT text FROM lines ORDER BY id")]
    [output] = [
        content
        for name, content in server.account.files.items()
        if server.account.file_names[name].endswith("_output.jsonl")
    ]
    assert lines == output.decode().split("\n")[:-1]


def test_prices_are_asked_for_before_anything_is_sent(server: Server, tmp_path: Path) -> None:
    no_price = pytest.raises(UserError, match=r"^generator\.prices: no price for 'o9'; add \+gen")
    with batches(server.url).open(tmp_path) as exchange, no_price:
        next(exchange.ask([request(0, "o9")]))
    assert not server.calls
    with pytest.raises(UserError, match=r"^generator\.prices\.o3: has \['input'\], should have"):
        OpenAIBatch({"o3": {"input": 1.0}})
    with pytest.raises(UserError, match=r"^generator\.interface: 'chat' should be responses or"):
        OpenAIBatch(PRICES, interface="chat")
