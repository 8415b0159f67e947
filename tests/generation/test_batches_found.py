"""What is done about a batch that was asked for and whose id never came."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tarot.generation.batches import Batches
from tarot.generation.entries import Shard, State
from tarot.generation.ledger import Ledger, open_ledger
from tarot.generation.prices import Prices
from tarot.generation.service import Batch
from tests.generation.openai_server.harness import PRICES

SHARD = Shard("shard-1", "o3", "/v1/responses", tokens=10, file_id="file-1")


@dataclass
class Listing:
    """An account that lists its batches as it is told to."""

    listed: list[Batch]
    created: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def upload(self, path: Path) -> str:
        raise AssertionError("it is uploaded")

    def create(self, shard_id: str, file_id: str, endpoint: str) -> str:
        self.created.append(shard_id)
        return "batch-new"

    def of_shards(self) -> dict[str, list[Batch]]:
        return {SHARD.id: self.listed}

    def retrieve(self, batch_id: str) -> Batch:
        return Batch(batch_id, "in_progress")

    def cancel(self, batch_id: str) -> None:
        self.cancelled.append(batch_id)

    def lines(self, file_id: str) -> Iterator[str]:
        raise AssertionError("it still runs")


def batch_id_after(folder: Path, listing: Listing, asked_before_s: float) -> str | None:
    """The batch that a shard has, some time after it was asked for, with 30 s to settle."""
    with open_ledger(folder) as ledger:
        asking = _asking(ledger, time.time() - asked_before_s)
        batches = Batches(ledger, listing, Prices(PRICES), folder, settle_s=30.0)
        assert batches.advance(asking) is None
        [shard] = ledger.open_shards()
        return shard.batch_id


def test_the_oldest_batch_of_a_shard_that_runs_is_its_own(tmp_path: Path) -> None:
    states = ("failed", "in_progress", "validating")
    listing = Listing([Batch(f"batch-{n}", state) for n, state in enumerate(states)])
    assert batch_id_after(tmp_path, listing, asked_before_s=1.0) == "batch-1"
    assert (listing.created, listing.cancelled) == ([], ["batch-2"])


def test_a_batch_is_asked_for_again_only_when_it_must_be_in_the_list(tmp_path: Path) -> None:
    early, late = Listing([]), Listing([])
    assert batch_id_after(tmp_path / "early", early, asked_before_s=1.0) is None
    assert early.created == []
    assert batch_id_after(tmp_path / "late", late, asked_before_s=31.0) == "batch-new"
    assert late.created == [SHARD.id]


def _asking(ledger: Ledger, asked_at_s: float) -> Shard:
    ledger.add_shard(SHARD, {"request-1": 1.0})
    return ledger.move(replace(SHARD, state=State.CREATING, asked_at_s=asked_at_s))
