"""Questions that go out on-line, many at a time, and answers that are kept as they come.

What a process that is killed was waiting for may have been paid for and is lost: it counts with its
worst case. So does a request whose answer breaks off for good; one that the SDK repeats after its
connection broke is reserved once.
"""

import logging
from collections.abc import Iterator, Sequence

from tarot.generation.asking import Asking, Terms
from tarot.generation.exchange import Answer, Estimate, Request
from tarot.generation.ledger import Ledger
from tarot.generation.prices import Prices
from tarot.generation.replies import answers_of
from tarot.generation.settlement import settled_one
from tarot.generation.sizes import Sized, distinct, estimate, sized, unanswered
from tarot.types import UserError

logger = logging.getLogger(__name__)


class OnlineExchange:
    """An exchange over single questions."""

    def __init__(self, terms: Terms, prices: Prices, ledger: Ledger) -> None:
        """Ask for nothing yet."""
        self._terms = terms
        self._prices = prices
        self._ledger = ledger

    @property
    def spent_usd(self) -> float:
        """What all requests of the ledger have cost so far."""
        return self._ledger.spent_usd

    def estimate(self, requests: Sequence[Request]) -> Estimate:
        """What `requests` would take beyond those that are answered."""
        return estimate(self._sized(one) for one in unanswered(requests, self._ledger))

    def ask(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """One answer per request: see `Exchange`."""
        self._settle_left()
        missing = [self._sized(one) for one in unanswered(requests, self._ledger)]
        yield from answers_of(self._ledger, distinct(requests))
        if missing:
            self._check_batches(missing)
            yield from self._ask(missing)

    def _ask(self, missing: Sequence[Sized]) -> Iterator[Answer]:
        """Answers as they come; whoever stops early waits for those under way, which are paid."""
        asking = Asking(self._terms, self._terms.reach(), self._prices, self._ledger)
        asking.start(missing)
        try:
            while (answer := asking.answers.get()) is not None:
                yield answer
        finally:
            asking.stop()
        if asking.fault is not None:
            raise asking.fault

    def _settle_left(self) -> None:
        """Settle what a process that was ended left: with its answer, if that had come."""
        num_lost = 0
        for sent, lines in self._ledger.unsettled():
            self._ledger.settle(sent, settled_one(lines, sent, self._prices)[0])
            num_lost += not lines
        if num_lost:
            logger.warning(
                "generator: %d requests of a process that was ended count as paid in full", num_lost
            )

    def _check_batches(self, missing: Sequence[Sized]) -> None:
        """UserError for what is under way in batches, and would be paid twice."""
        under_way = self._ledger.under_way()
        num_twice = sum(one.request.custom_id in under_way for one in missing)
        if num_twice:
            raise UserError(
                f"generator: {num_twice} requests are under way in batches; "
                "let generator=openai_batch finish them first"
            )

    def _sized(self, request: Request) -> Sized:
        return sized(request, self._terms.interface, self._prices)
