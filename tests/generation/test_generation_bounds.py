"""Prices, bounds, shards and the reading of answers, by figures worked out by hand."""

import json
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from tarot.config.targets import build, check_target
from tarot.generation.exchange import End, Usage
from tarot.generation.interface import Interface, body_of, reply_of
from tarot.generation.lines import read_line
from tarot.generation.prices import Prices
from tarot.generation.sizes import Room, Sized, cut
from tests.generation.openai_server.bodies import CHAT, RESPONSES, fault_of
from tests.generation.openai_server.harness import PRICES, request

ROOMY = Room(max_requests=100, max_bytes=10_000, max_enqueued_tokens=10_000)


def of_size(number: int, model: str = "o4-mini", usd: float = 1.0) -> Sized:
    return Sized(request(number, model), num_bytes=10, input_tokens=100, worst_usd=usd)


def sizes(room: Room, requests: list[Sized], **money: float) -> list[list[int]]:
    """The numbers of the problems in each shard."""
    shards = cut(requests, room, {"o3": 9_950}, money.get("budget_usd"), money.get("spent", 0.0))
    return [[int(one.request.problem_id.split("-")[1]) for one in shard] for shard in shards]


def test_shards_end_at_their_number_their_bytes_the_queue_and_the_budget() -> None:
    five = [of_size(number) for number in range(5)]
    assert sizes(ROOMY, five) == [[0, 1, 2, 3, 4]]
    assert sizes(Room(2, 10_000, 10_000), five) == [[0, 1], [2, 3], [4]]
    assert sizes(Room(100, 39, 10_000), five) == [[0, 1, 2], [3, 4]]
    assert sizes(Room(100, 10_000, 399), five) == [[0, 1, 2]]
    assert sizes(ROOMY, five, budget_usd=3.0, spent=1.0) == [[0, 1]]
    assert sizes(ROOMY, [of_size(0), of_size(1, "o3"), of_size(2)]) == [[0, 2]], "o3's is full"
    assert sizes(ROOMY, [of_size(0, usd=9.0), of_size(1)], budget_usd=3.0) == [[1]]


def test_a_cost_counts_what_is_cached_and_reasoning_once() -> None:
    """o3 at half: 1 USD a million in, 0.25 cached, 4 out: (600 + 0.25 * 400 + 4 * 50) / 10**6."""
    price = Prices(PRICES, factor=0.5).of("o3")
    usage = Usage(input_tokens=1000, cached_input_tokens=400, output_tokens=50, reasoning_tokens=40)
    assert price.cost_usd(usage) == pytest.approx(900e-6)
    assert price.worst_usd(1000, 50) == pytest.approx(1200e-6)


def test_tokens_are_bounded_by_bytes() -> None:
    assert Prices(PRICES).input_tokens("é" * 100) == 100 + 64
    assert Prices(PRICES, bytes_per_token=1.0).input_tokens("abc") == 3 + 64


def test_an_id_is_of_problem_tier_model_prompt_and_attempt_alone() -> None:
    first = request(1)
    assert first.custom_id == request(1, words="more").custom_id
    others = [request(2), request(1, "o3"), request(1, attempt=2)]
    assert len({first.custom_id, *(other.custom_id for other in others)}) == 4
    assert len(first.custom_id) <= 64


@pytest.mark.parametrize(
    ("interface", "endpoint"), [(Interface.RESPONSES, RESPONSES), (Interface.CHAT, CHAT)]
)
def test_bodies_are_what_the_service_takes(interface: Interface, endpoint: str) -> None:
    body = body_of(request(1), interface)
    assert interface.endpoint == endpoint
    assert fault_of(body, endpoint) == ""
    assert fault_of({**body, "max_tokens": 1}, endpoint)


def test_odd_answers_are_failures_or_what_they_mean() -> None:
    filtered = {"finish_reason": "content_filter", "message": {"content": None}}
    assert reply_of({"model": "m", "choices": [filtered]}).end is End.REFUSED
    failed = {"model": "m", "status": "failed", "output": [], "error": {"message": "no luck"}}
    assert (reply_of(failed).end, reply_of(failed).cause) == (End.FAILED, "no luck")
    assert reply_of({"model": "m", "choices": []}).end is End.FAILED
    assert reply_of(["x"]).end is End.FAILED
    assert read_line("<html>") is None
    html = read_line('{"custom_id": "a", "response": {"status_code": 200, "body": "<html>"}}')
    assert html is not None
    assert html.reply.end is End.FAILED
    lost = '{"custom_id": "a", "response": null, "error": {"code": "batch_expired"}}'
    line = read_line(lost)
    assert line is not None
    assert (line.custom_id, line.reply.cause) == ("a", "batch_expired")


@pytest.mark.parametrize("name", ["openai", "openai_batch"])
def test_a_shipped_generator_has_the_defaults_of_its_class(root: Path, name: str) -> None:
    node = OmegaConf.to_container(OmegaConf.load(root / "conf" / "generator" / f"{name}.yaml"))
    assert isinstance(node, dict)
    settings = json.loads(json.dumps(node))
    check_target("generator", settings)
    generator = build("generator", settings)
    assert generator == type(generator)(prices=settings["prices"])
    generator.check_models(["o4-mini", "o3", "o1-pro"])
