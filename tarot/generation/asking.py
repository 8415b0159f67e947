"""Many questions at a time in an event loop of its own, for one thread that takes the answers."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tarot.generation.entries import Sent, Settlement
from tarot.generation.exchange import Answer, Request
from tarot.generation.failures import Failure, Kind
from tarot.generation.interface import Interface, body_of
from tarot.generation.ledger import Ledger
from tarot.generation.lines import line_of
from tarot.generation.prices import Prices
from tarot.generation.replies import answers_of, failed
from tarot.generation.service import Access
from tarot.generation.settings import exceeded
from tarot.generation.settlement import settled_one
from tarot.generation.sizes import Sized

# After these, no other request would get an answer either.
_STOPPING = (Kind.ACCOUNT, Kind.UNREACHED)


@dataclass(frozen=True, slots=True)
class Terms:
    """How questions are asked; the words are those of the generator's settings."""

    reach: Callable[[], Access]
    interface: Interface
    budget_usd: float | None
    concurrency: int


class Service(Protocol):
    """An account that answers at once."""

    async def ask(self, interface: Interface, body: Mapping[str, Any]) -> str:
        """The body of an answer; raises Failure."""


class Asking:
    """Asks questions in a thread; `answers` ends with None, and `fault` is why if that is early."""

    def __init__(self, terms: Terms, access: Access, prices: Prices, ledger: Ledger) -> None:
        """Ask for nothing yet."""
        self.answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self.fault: BaseException | None = None
        self._terms = terms
        self._access = access
        self._prices = prices
        self._ledger = ledger
        self._is_stopped = False
        self._thread: threading.Thread | None = None
        self._running: set[asyncio.Task[None]] = set()

    def start(self, requests: Iterable[Sized]) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, args=(requests,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask no more, and wait for what is under way."""
        self._is_stopped = True
        if self._thread is not None:
            self._thread.join()

    def _run(self, requests: Iterable[Sized]) -> None:
        try:
            asyncio.run(self._ask_all(requests))
        except BaseException as error:
            self.fault = error
        finally:
            self.answers.put(None)

    async def _ask_all(self, requests: Iterable[Sized]) -> None:
        """Ask all that the budget covers, and raise BudgetExceeded if that is not all."""
        # The SDK takes two seconds to import.
        from tarot.generation.openai_service import OnlineService  # noqa: PLC0415

        service = OnlineService(self._access)
        num_left = 0
        try:
            for one in requests:
                sent = await self._reserve(one)
                if sent is not None:
                    asking = self._ask(service, one.request, sent)
                    self._running.add(asyncio.create_task(asking))
                elif self._is_stopped:
                    break
                else:
                    num_left += 1
            await asyncio.gather(*self._running)
        finally:
            await service.close()
        if num_left and not self._is_stopped:
            raise exceeded(self._terms.budget_usd, self._ledger.spent_usd, num_left)

    async def _reserve(self, one: Sized) -> Sent | None:
        """Wait until there is room for a request, and reserve its cost.

        None where the budget does not cover it with nothing under way, and where all is to stop.
        """
        request = one.request
        wanted = Sent(request.model, request.custom_id, one.worst_usd)
        while not self._is_stopped:
            if len(self._running) < self._terms.concurrency:
                sent = self._ledger.reserve(wanted, self._terms.budget_usd)
                if sent is not None or not self._running:
                    return sent
            waiting = asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            done, self._running = await waiting
            for task in done:
                task.result()
        return None

    async def _ask(self, service: Service, request: Request, sent: Sent) -> None:
        """Ask one question; what comes is on disk before anybody reads it."""
        try:
            text = await service.ask(self._terms.interface, body_of(request, self._terms.interface))
        except Failure as failure:
            self._note_failure(failure, request, sent)
            return
        line = line_of(request.custom_id, text)
        lines = [(self._ledger.keep_line(sent, line), line)]
        settlement, cause = settled_one(lines, sent, self._prices)
        self._ledger.settle(sent, settlement)
        if cause:
            self.answers.put(failed(request, cause, settlement.cost_usd))
        else:
            for answer in answers_of(self._ledger, [request]):
                self.answers.put(answer)

    def _note_failure(self, failure: Failure, request: Request, sent: Sent) -> None:
        """Give the reservation back, unless the answer may have been paid for."""
        cost_usd = sent.reserved_usd if failure.kind is Kind.BROKEN else 0.0
        self._ledger.settle(sent, Settlement(sent.custom_id, cost_usd))
        if failure.kind in _STOPPING:
            self.fault = failure.ending()
            self._is_stopped = True
        else:
            self.answers.put(failed(request, str(failure), cost_usd))
