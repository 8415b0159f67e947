"""Answers as whoever asked gets them, from lines of the ledger."""

from collections.abc import Iterable, Iterator

from tarot.generation.entries import Kept
from tarot.generation.exchange import Answer, End, Request, Usage
from tarot.generation.ledger import Ledger
from tarot.generation.lines import read_line

# Ids are looked up so many at a time, to hold no more answers in memory.
_CHUNK = 500


def answers_of(ledger: Ledger, requests: Iterable[Request]) -> Iterator[Answer]:
    """The answers to requests that the ledger has."""
    every = list(requests)
    for start in range(0, len(every), _CHUNK):
        part = every[start : start + _CHUNK]
        kept = ledger.kept([request.custom_id for request in part])
        for request in part:
            if request.custom_id in kept:
                yield _answer(request, kept[request.custom_id])


def failed(request: Request, cause: str, cost_usd: float = 0.0) -> Answer:
    """What a request gets that there is no answer to."""
    return Answer(request, End.FAILED, "", cause, "", Usage(), cost_usd)


def _answer(request: Request, kept: Kept) -> Answer:
    line = read_line(kept.line)
    if line is None:
        return failed(request, "the ledger's line can't be read", kept.cost_usd)
    reply = line.reply
    usage = reply.usage or Usage()
    return Answer(
        request, reply.end, reply.text, reply.cause, reply.model_snapshot, usage, kept.cost_usd
    )
