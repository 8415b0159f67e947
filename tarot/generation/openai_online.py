"""The generator `openai`: requests go out one by one, many at a time, and are answered at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tarot.generation.asking import Terms
from tarot.generation.interface import Interface
from tarot.generation.ledger import open_ledger
from tarot.generation.online_exchange import OnlineExchange
from tarot.generation.prices import Prices
from tarot.generation.service import access
from tarot.generation.settings import check_least, interface_of


@dataclass(frozen=True)
class OpenAIOnline:
    """The account whose key is in `OPENAI_API_KEY`: see `conf/generator`."""

    prices: Mapping[str, Mapping[str, float]]
    price_factor: float = 1.0
    budget_usd: float | None = 10.0
    base_url: str | None = None
    interface: str = Interface.RESPONSES.value
    bytes_per_token: float = 2.0
    concurrency: int = 16
    timeout_s: float = 1800.0
    max_retries: int = 8

    def __post_init__(self) -> None:
        """UserError for values that make no sense."""
        check_least(self, budget_usd=0, concurrency=1, timeout_s=0.001, max_retries=0)
        interface_of(self.interface)
        self._prices()

    def check_environment(self) -> None:
        """UserError where the key or the SDK is missing, before anything is started."""
        self._terms().reach()

    def check_models(self, models: Sequence[str]) -> None:
        """UserError for a model without a price."""
        for model in models:
            self._prices().of(model)

    @contextmanager
    def open(self, folder: Path) -> Iterator[OnlineExchange]:
        """An exchange whose ledger is in `folder`; UserError while another process has it open."""
        with open_ledger(folder) as ledger:
            yield OnlineExchange(self._terms(), self._prices(), ledger)

    def _terms(self) -> Terms:
        return Terms(
            reach=lambda: access(self.base_url, self.timeout_s, self.max_retries),
            interface=interface_of(self.interface),
            budget_usd=self.budget_usd,
            concurrency=self.concurrency,
        )

    def _prices(self) -> Prices:
        return Prices(self.prices, self.price_factor, self.bytes_per_token)
