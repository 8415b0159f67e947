"""Shards on their way: each is taken from its request file to its answers, step by step.

A step is noted in the ledger before the next one, so that a process which is killed at any moment
leaves what another one needs to go on. A batch is asked for only where it is sure that there is
none yet: one whose id never came is looked for by the name of the shard in its metadata. Batches
that somebody takes out of the account's list are not covered.
"""

import itertools
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from tarot.generation.entries import Shard, State
from tarot.generation.failures import Failure, Kind
from tarot.generation.ledger import Ledger
from tarot.generation.prices import Prices
from tarot.generation.service import Batch
from tarot.generation.settlement import settled

logger = logging.getLogger(__name__)

_INVALID = "failed"
_QUEUE_FULL = "token_limit_exceeded"
_NO_MODEL = "model_not_found"


class Service(Protocol):
    """An account with batches; every method raises Failure."""

    def upload(self, path: Path) -> str:
        """Upload a request file; the file's id."""

    def create(self, shard_id: str, file_id: str, endpoint: str) -> str:
        """Have a batch made for a shard; its id."""

    def of_shards(self) -> dict[str, list[Batch]]:
        """The batches there are, by shard, the oldest first."""

    def retrieve(self, batch_id: str) -> Batch:
        """How a batch stands."""

    def cancel(self, batch_id: str) -> None:
        """Have a batch stopped."""

    def lines(self, file_id: str) -> Iterator[str]:
        """The lines of a file."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A shard that is over, and of its requests without an answer why they have none."""

    shard: Shard
    causes: Mapping[str, str]


class Batches:
    """The shards of a ledger, as a service has them."""

    def __init__(
        self, ledger: Ledger, service: Service, prices: Prices, folder: Path, settle_s: float
    ) -> None:
        """Request files are in `folder`; `settle_s` is how long a new batch may be unlisted."""
        self._ledger = ledger
        self._service = service
        self._prices = prices
        self._folder = folder
        self._settle_s = settle_s
        self._steps = {
            State.WRITTEN: self._upload,
            State.UPLOADED: self._create,
            State.CREATING: self._find,
            State.RUNNING: self._poll,
            State.FETCHED: self._close,
        }

    def advance(self, shard: Shard) -> Closed | None:
        """Take an open shard as far as it goes now; after a Failure it can be tried again."""
        while True:
            outcome = self._steps[shard.state](shard)
            if not isinstance(outcome, Shard):
                return outcome
            shard = outcome

    def _upload(self, shard: Shard) -> Shard | Closed:
        path = request_file(self._folder, shard.id)
        if not path.exists():
            return self._refuse(shard, f"{path} is gone")
        file_id = self._service.upload(path)
        return self._ledger.move(replace(shard, state=State.UPLOADED, file_id=file_id))

    def _create(self, shard: Shard) -> Shard | Closed:
        """Ask for the batch; after a failure that leaves it open whether it is there, look for it.

        The note goes before the question: with it on disk nobody asks again without looking.
        """
        shard = self._ledger.move(replace(shard, state=State.CREATING, asked_at_s=time.time()))
        try:
            batch_id = self._service.create(shard.id, str(shard.file_id), shard.endpoint)
        except Failure as failure:
            if failure.kind is Kind.REQUEST:
                return self._refuse(shard, str(failure))
            if failure.kind in (Kind.UNREACHED, Kind.ACCOUNT):
                self._ledger.move(replace(shard, state=State.UPLOADED))
            raise
        return self._ledger.move(replace(shard, state=State.RUNNING, batch_id=batch_id))

    def _find(self, shard: Shard) -> Shard | None:
        """Find the batch that was asked for, or make sure that there is none."""
        found = [
            batch
            for batch in self._service.of_shards().get(shard.id, [])
            if batch.status != _INVALID
        ]
        if found:
            for batch in found[1:]:
                self._service.cancel(batch.id)
            logger.info("generator: batch %s was under way already", found[0].id)
            return self._ledger.move(replace(shard, state=State.RUNNING, batch_id=found[0].id))
        if 0 <= time.time() - shard.asked_at_s < self._settle_s:
            return None
        return self._ledger.move(replace(shard, state=State.UPLOADED))

    def _poll(self, shard: Shard) -> Shard | Closed | None:
        batch = self._service.retrieve(str(shard.batch_id))
        if not batch.is_over:
            return None
        if batch.status == _INVALID and not batch.files:
            return self._reject(shard, batch)
        files = [self._service.lines(file_id) for file_id in batch.files]
        self._ledger.keep_lines(shard, itertools.chain.from_iterable(files))
        return replace(shard, state=State.FETCHED)

    def _reject(self, shard: Shard, batch: Batch) -> Closed | None:
        """Give a batch up whose request file was not taken, unless only the queue is full.

        Then it is asked for again: once there is room after our own batches, or after those that
        somebody else has in it.
        """
        causes = "; ".join(f"{code}: {message}" for code, message in batch.causes)
        codes = {code for code, _ in batch.causes}
        if _QUEUE_FULL in codes:
            self._ledger.move(replace(shard, state=State.UPLOADED, batch_id=None))
            if self._has_others_running(shard):
                return None
            raise Failure(f"{causes}; lower generator.max_enqueued_tokens", Kind.BUSY)
        closed = self._refuse(shard, f"batch {batch.id} was refused: {causes}")
        if _NO_MODEL in codes:
            raise Failure(causes, Kind.ACCOUNT)
        return closed

    def _has_others_running(self, shard: Shard) -> bool:
        return any(
            other.state is State.RUNNING and other.model == shard.model and other.id != shard.id
            for other in self._ledger.open_shards()
        )

    def _refuse(self, shard: Shard, cause: str) -> Closed:
        causes = dict.fromkeys(self._ledger.members(shard), cause)
        self._ledger.close_shard(shard, [])
        return Closed(shard, causes)

    def _close(self, shard: Shard) -> Closed:
        members = self._ledger.members(shard)
        price = self._prices.of(shard.model)
        settlements, causes = settled(self._ledger.lines_of(shard), members, price)
        self._ledger.close_shard(shard, settlements)
        return Closed(shard, causes)


def request_file(folder: Path, shard_id: str) -> Path:
    """Where the requests of a shard are."""
    return folder / f"{shard_id}.jsonl"
