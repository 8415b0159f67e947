"""Questions that go out in batches, and answers that come back when their batches are over."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tarot.generation.batches import Batches, Closed, request_file
from tarot.generation.entries import Shard
from tarot.generation.exchange import Answer, Estimate, Request
from tarot.generation.failures import Failure
from tarot.generation.interface import Interface
from tarot.generation.ledger import Ledger
from tarot.generation.outage import Outage
from tarot.generation.prices import Prices
from tarot.generation.replies import answers_of, failed
from tarot.generation.service import Access
from tarot.generation.settings import exceeded
from tarot.generation.sizes import (
    Room,
    Sized,
    check_room,
    cut,
    distinct,
    estimate,
    request_line,
    sized,
    unanswered,
)
from tarot.runs.files import write_atomically

if TYPE_CHECKING:
    from tarot.generation.openai_service import BatchService

_FOLDER = "requests"


@dataclass(frozen=True, slots=True)
class Terms:
    """How batches are made and waited for; the words are those of the generator's settings."""

    reach: Callable[[], Access]
    interface: Interface
    budget_usd: float | None
    room: Room
    attempts: int
    poll_s: float
    settle_s: float
    max_outage_s: float


class BatchExchange:
    """An exchange over batches; those that earlier processes left are gone on with."""

    def __init__(self, terms: Terms, prices: Prices, ledger: Ledger, folder: Path) -> None:
        """Ask for nothing yet."""
        self._terms = terms
        self._prices = prices
        self._ledger = ledger
        self._folder = folder / _FOLDER
        self._service: BatchService | None = None

    def close(self) -> None:
        """Close the connections; idempotent."""
        if self._service is not None:
            self._service.close()
            self._service = None

    @property
    def spent_usd(self) -> float:
        """What all requests of the ledger have cost so far."""
        return self._ledger.spent_usd

    def estimate(self, requests: Sequence[Request]) -> Estimate:
        """What `requests` would take beyond those that are answered or under way."""
        under_way = self._ledger.under_way()
        every = unanswered(requests, self._ledger)
        return estimate(self._sized(one) for one in every if one.custom_id not in under_way)

    def ask(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """One answer per request: see `Exchange`."""
        missing = unanswered(requests, self._ledger)
        wanted = {request.custom_id: self._sized(request) for request in missing}
        check_room(wanted.values(), self._terms.room)
        yield from answers_of(self._ledger, distinct(requests))
        if wanted:
            yield from self._ask(wanted)

    def _ask(self, wanted: dict[str, Sized]) -> Iterator[Answer]:
        """Empty `wanted`, and yield its answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        num_failures: Counter[str] = Counter()
        outage = Outage(self._terms.max_outage_s)
        terms = (self._prices, self._folder, self._terms.settle_s)
        batches = Batches(self._ledger, self._reached(), *terms)
        while wanted:
            self._write_shards(wanted.values())
            shards = self._ledger.open_shards()
            if not shards:
                raise exceeded(self._terms.budget_usd, self.spent_usd, len(wanted))
            is_waiting = True
            for closed in _advanced(batches, shards, outage):
                is_waiting = False
                yield from self._answers(closed, wanted, num_failures)
            if wanted and is_waiting:
                time.sleep(self._terms.poll_s)

    def _reached(self) -> "BatchService":
        """The account, which is reached when it is first needed."""
        # The SDK takes two seconds to import.
        from tarot.generation.openai_service import BatchService  # noqa: PLC0415

        if self._service is None:
            self._service = BatchService(self._terms.reach())
        return self._service

    def _write_shards(self, requests: Iterable[Sized]) -> None:
        """Put what is not under way on disk, as far as there is room for it."""
        under_way = self._ledger.under_way()
        pending = [one for one in requests if one.request.custom_id not in under_way]
        if not pending:
            return
        tokens: Counter[str] = Counter()
        for shard in self._ledger.open_shards():
            tokens[shard.model] += shard.tokens
        money = (self._terms.budget_usd, self._ledger.committed_usd)
        for part in cut(pending, self._terms.room, tokens, *money):
            self._write(part)

    def _write(self, part: Collection[Sized]) -> None:
        interface = self._terms.interface
        lines = [request_line(one.request, interface) for one in part]
        model = next(iter(part)).request.model
        num_tokens = sum(one.input_tokens for one in part)
        shard = Shard(f"tarot-{uuid.uuid4()}", model, interface.endpoint, num_tokens)
        content = "".join(f"{line}\n" for line in lines).encode()
        write_atomically(request_file(self._folder, shard.id), content)
        self._ledger.add_shard(shard, {one.request.custom_id: one.worst_usd for one in part})

    def _answers(
        self, closed: Closed, wanted: dict[str, Sized], num_failures: Counter[str]
    ) -> Iterator[Answer]:
        """The answers that a shard brought, and those that have failed too often."""
        members = self._ledger.members(closed.shard)
        asked = [wanted[name].request for name in members if name in wanted]
        for answer in answers_of(self._ledger, asked):
            del wanted[answer.request.custom_id]
            yield answer
        for name, cause in closed.causes.items():
            num_failures[name] += 1
            if name in wanted and num_failures[name] >= self._terms.attempts:
                yield failed(wanted.pop(name).request, cause)

    def _sized(self, request: Request) -> Sized:
        return sized(request, self._terms.interface, self._prices)


def _advanced(batches: Batches, shards: Iterable[Shard], outage: Outage) -> Iterator[Closed]:
    """Those that are over once each shard has been taken as far as it goes."""
    for shard in shards:
        try:
            closed = batches.advance(shard)
            outage.note_success()
        except Failure as failure:
            outage.note_failure(failure)
            continue
        if closed is not None:
            yield closed
