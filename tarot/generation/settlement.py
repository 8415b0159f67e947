"""What requests cost, and which of them have an answer, by the lines that came back."""

import logging
from collections.abc import Iterable, Mapping

from tarot.generation.entries import Sent, Settlement
from tarot.generation.exchange import End
from tarot.generation.lines import read_line
from tarot.generation.prices import Price, Prices

logger = logging.getLogger(__name__)

_NO_LINE = "the batch ended without an answer"


def settled(
    lines: Iterable[tuple[int, str]], reserved_usd: Mapping[str, float], price: Price
) -> tuple[list[Settlement], dict[str, str]]:
    """What the requests of a shard cost by its numbered lines, and why some have no answer.

    The order of the lines doesn't matter; of several answers to a request the first one counts. One
    whose tokens the service doesn't count costs what was reserved for it.
    """
    settlements: dict[str, Settlement] = {}
    causes = dict.fromkeys(reserved_usd, _NO_LINE)
    for line_id, text in lines:
        line = read_line(text)
        if line is None or line.custom_id not in reserved_usd:
            logger.warning(
                "generator: line %d of the ledger is of no request: %.60r", line_id, text
            )
            continue
        if line.custom_id not in causes:
            continue
        reply, is_failed = line.reply, line.reply.end is End.FAILED
        unknown_usd = 0.0 if is_failed else reserved_usd[line.custom_id]
        cost_usd = unknown_usd if reply.usage is None else price.cost_usd(reply.usage)
        if is_failed:
            causes[line.custom_id] = reply.cause
            settlements[line.custom_id] = Settlement(line.custom_id, cost_usd)
        else:
            del causes[line.custom_id]
            settlements[line.custom_id] = Settlement(line.custom_id, cost_usd, line_id)
    return list(settlements.values()), causes


def settled_one(
    lines: Iterable[tuple[int, str]], sent: Sent, prices: Prices
) -> tuple[Settlement, str]:
    """The same for an on-line request, with an empty cause where there is an answer.

    One that nothing came for may have been paid for: it costs what was reserved for it.
    """
    reserved_usd = {sent.custom_id: sent.reserved_usd}
    settlements, causes = settled(lines, reserved_usd, prices.of(sent.model))
    lost = Settlement(sent.custom_id, sent.reserved_usd)
    return next(iter(settlements), lost), causes.get(sent.custom_id, "")
