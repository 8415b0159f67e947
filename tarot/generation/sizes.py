"""What requests weigh, and how many of them go out at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tarot.generation.exchange import Estimate, Request
from tarot.generation.interface import Interface, body_of, text_of
from tarot.generation.ledger import Ledger, covers
from tarot.generation.prices import Prices
from tarot.types import UserError


@dataclass(frozen=True, slots=True)
class Sized:
    """A request with bounds of what it takes."""

    request: Request
    num_bytes: int
    input_tokens: int
    worst_usd: float


@dataclass(frozen=True, slots=True)
class Room:
    """How much one shard may hold, and how much may be under way for each model."""

    max_requests: int
    max_bytes: int
    max_enqueued_tokens: int


def sized(request: Request, interface: Interface, prices: Prices) -> Sized:
    """A request's weight; UserError for a model without a price."""
    text = request_line(request, interface)
    tokens = prices.input_tokens(text)
    return Sized(request, len(text.encode()) + 1, tokens, prices.worst_usd(request, tokens))


def request_line(request: Request, interface: Interface) -> str:
    """The line of a batch's request file."""
    body = body_of(request, interface)
    row = {"custom_id": request.custom_id, "method": "POST", "url": interface.endpoint}
    return text_of({**row, "body": body})


def estimate(requests: Iterable[Sized]) -> Estimate:
    """The sum of what requests can take."""
    every = list(requests)
    return Estimate(
        num_requests=len(every),
        input_tokens=sum(one.input_tokens for one in every),
        max_output_tokens=sum(one.request.max_output_tokens for one in every),
        max_cost_usd=sum(one.worst_usd for one in every),
    )


def check_room(requests: Iterable[Sized], room: Room) -> None:
    """UserError for a request that fits in no shard."""
    for one in requests:
        if one.input_tokens > room.max_enqueued_tokens:
            raise UserError(
                f"generator.max_enqueued_tokens: {room.max_enqueued_tokens} is less than the "
                f"{one.input_tokens} of a request about {one.request.problem_id}; raise it"
            )
        if one.num_bytes > room.max_bytes:
            raise UserError(
                f"generator.max_file_mb: a request about {one.request.problem_id} takes "
                f"{one.num_bytes} bytes; raise it"
            )


def cut(
    requests: Iterable[Sized],
    room: Room,
    enqueued_tokens: Mapping[str, int],
    budget_usd: float | None,
    committed_usd: float,
) -> list[list[Sized]]:
    """Shards of one model each, in the order of the requests, as far as queue and budget go.

    `enqueued_tokens` are those under way, by model; a request for which there is no room now is
    left out.
    """
    tokens = defaultdict(int, enqueued_tokens)
    shards: list[list[Sized]] = []
    latest: dict[str, list[Sized]] = {}
    num_bytes: dict[str, int] = {}
    for one in requests:
        model = one.request.model
        is_queued = tokens[model] + one.input_tokens <= room.max_enqueued_tokens
        if not is_queued or not covers(budget_usd, committed_usd, one.worst_usd):
            continue
        shard = latest.get(model)
        is_full = shard is None or len(shard) >= room.max_requests
        if shard is None or is_full or num_bytes[model] + one.num_bytes > room.max_bytes:
            shard = latest[model] = []
            shards.append(shard)
            num_bytes[model] = 0
        shard.append(one)
        num_bytes[model] += one.num_bytes
        tokens[model] += one.input_tokens
        committed_usd += one.worst_usd
    return shards


def distinct(requests: Iterable[Request]) -> list[Request]:
    """The requests, each once."""
    return list({request.custom_id: request for request in requests}.values())


def unanswered(requests: Iterable[Request], ledger: Ledger) -> list[Request]:
    """The requests that the ledger has no answer to, each once."""
    return [request for request in distinct(requests) if not ledger.has(request.custom_id)]
