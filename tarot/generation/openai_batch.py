"""The generator `openai_batch`: requests go out in files, at half the price, within a day."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tarot.generation.batch_exchange import BatchExchange, Terms
from tarot.generation.interface import Interface
from tarot.generation.ledger import open_ledger
from tarot.generation.prices import Prices
from tarot.generation.service import access
from tarot.generation.settings import check_least, interface_of
from tarot.generation.sizes import Room

_MB = 1_000_000


@dataclass(frozen=True)
class OpenAIBatch:
    """Batches of the account whose key is in `OPENAI_API_KEY`: see `conf/generator`."""

    prices: Mapping[str, Mapping[str, float]]
    price_factor: float = 0.5
    budget_usd: float | None = 10.0
    base_url: str | None = None
    interface: str = Interface.RESPONSES.value
    bytes_per_token: float = 2.0
    max_requests: int = 50_000
    max_file_mb: float = 200.0
    max_enqueued_tokens: int = 1_000_000
    attempts: int = 3
    poll_s: float = 30.0
    settle_s: float = 60.0
    timeout_s: float = 600.0
    max_retries: int = 5
    max_outage_s: float = 3600.0

    def __post_init__(self) -> None:
        """UserError for values that make no sense."""
        check_least(self, max_requests=1, max_file_mb=0.001, max_enqueued_tokens=1, attempts=1)
        check_least(self, poll_s=0, settle_s=0, timeout_s=0.001, max_retries=0, max_outage_s=0)
        check_least(self, budget_usd=0)
        interface_of(self.interface)
        self._prices()

    def check_environment(self) -> None:
        """UserError where the key or the SDK is missing, before anything is started."""
        self._terms().reach()

    def check_models(self, models: Sequence[str]) -> None:
        """UserError for a model without a price."""
        for model in models:
            self._prices().of(model)

    @contextlib.contextmanager
    def open(self, folder: Path) -> Iterator[BatchExchange]:
        """An exchange whose ledger is in `folder`; UserError while another process has it open."""
        with open_ledger(folder) as ledger:
            exchange = BatchExchange(self._terms(), self._prices(), ledger, folder)
            with contextlib.closing(exchange):
                yield exchange

    def _terms(self) -> Terms:
        return Terms(
            reach=lambda: access(self.base_url, self.timeout_s, self.max_retries),
            interface=interface_of(self.interface),
            budget_usd=self.budget_usd,
            room=Room(self.max_requests, int(self.max_file_mb * _MB), self.max_enqueued_tokens),
            attempts=self.attempts,
            poll_s=self.poll_s,
            settle_s=self.settle_s,
            max_outage_s=self.max_outage_s,
        )

    def _prices(self) -> Prices:
        return Prices(self.prices, self.price_factor, self.bytes_per_token)
