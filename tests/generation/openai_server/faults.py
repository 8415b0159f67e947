"""What the server does wrong, and when."""

import random
import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One of the ways to fail; `amount` is seconds or a share, as the kind says."""

    kind: str
    amount: float = 0.0


# Of a call.
TOO_MANY = Fault("429", 0.02)
BROKEN = Fault("500")
DONE_BUT_BROKEN = Fault("500 after")
"""What was asked for is done, and the answer says that it isn't."""
RESET = Fault("reset")
"""The connection breaks off, and nothing is done."""
TORN = Fault("torn")
"""The answer breaks off half way."""

# Of a batch.
EXPIRED = Fault("expired", 0.5)
"""The day is over when this share is done."""
CANCELLED = Fault("cancelled", 0.5)
DUPLICATED = Fault("duplicated")
REVERSED = Fault("reversed")
QUEUE_FULL = Fault("queue full")

# Of an answer; all but the last are paid for.
TRUNCATED = Fault("truncated")
REFUSED = Fault("refused")
NO_JSON = Fault("no json")
WRONG_SCHEMA = Fault("wrong schema")
ERROR_LINE = Fault("error line")

OF_A_CALL = (TOO_MANY, BROKEN, RESET)
OF_A_CREATION = (TOO_MANY, BROKEN, DONE_BUT_BROKEN, RESET)
OF_A_DOWNLOAD = (*OF_A_CALL, TORN)
OF_A_BATCH = (EXPIRED, CANCELLED, DUPLICATED, REVERSED)
OF_AN_ANSWER = (TRUNCATED, REFUSED, NO_JSON, WRONG_SCHEMA)

_KINDS = {
    "create": OF_A_CREATION,
    "content": OF_A_DOWNLOAD,
    "batch": OF_A_BATCH,
    "answer": OF_AN_ANSWER,
    "line": (ERROR_LINE,),
}


class Plan:
    """The faults of each operation: those that are listed, in order, then some at random.

    The operations are "upload", "create", "list", "retrieve", "content" and "ask", which are calls,
    then "batch", "answer", and "line", which is an answer of a batch that the service fails to
    give. `shares` are how often each of them fails at random.
    """

    def __init__(self, seed: int = 0, **shares: float) -> None:
        self._shares = shares
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._listed: dict[str, list[Fault | None]] = {}
        self._num_drawn: Counter[str] = Counter()
        self.injected: Counter[str] = Counter()

    def then(self, operation: str, *faults: Fault | None) -> None:
        """Let the next ones of an operation fail so; None stands for one that does not."""
        with self._lock:
            self._listed.setdefault(operation, []).extend(faults)

    def next(self, operation: str) -> Fault | None:
        """The fault of this one."""
        with self._lock:
            listed = self._listed.get(operation)
            fault = listed.pop(0) if listed else self._drawn(operation)
            if fault is not None:
                self.injected[f"{operation} {fault.kind}"] += 1
            return fault

    def _drawn(self, operation: str) -> Fault | None:
        """At random moments, one kind after the other."""
        if self._random.random() >= self._shares.get(operation, 0.0):
            return None
        kinds = _KINDS.get(operation, OF_A_CALL)
        self._num_drawn[operation] += 1
        return kinds[self._num_drawn[operation] % len(kinds)]
