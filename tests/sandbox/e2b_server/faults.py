"""What a server does wrong, and when."""

import random
import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One of the ways to fail; `amount` is seconds, bytes or lines, as the kind says."""

    kind: str
    amount: float = 0.0


LATENCY = Fault("latency", 0.3)
TOO_MANY = Fault("429", 1)
BROKEN = Fault("500")
BAD_GATEWAY = Fault("502")
RESET = Fault("reset", 300)
DEATH = Fault("death", 3)
TRUNCATED = Fault("truncated", 300)
DUPLICATED = Fault("duplicated")
SANDBOX_ERROR = Fault("SandboxError")
KILLED = Fault("killed", 4)

OF_A_CREATION = (LATENCY, TOO_MANY, BROKEN, RESET)
OF_AN_EXECUTION = (LATENCY, TOO_MANY, BROKEN, RESET, DEATH, TRUNCATED, DUPLICATED)
OF_A_RUN = (LATENCY, TOO_MANY, BROKEN, RESET, TRUNCATED, SANDBOX_ERROR, KILLED)
_KINDS = {"create": OF_A_CREATION, "execute": OF_AN_EXECUTION, "run_code": OF_A_RUN}


class Plan:
    """The faults of each operation: those that are listed, in order, then some at random."""

    def __init__(self, share: float = 0.0, seed: int = 0) -> None:
        self._share = share
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._listed: dict[str, list[Fault | None]] = {}
        self._num_drawn: Counter[str] = Counter()
        self.injected: Counter[str] = Counter()

    def then(self, operation: str, *faults: Fault | None) -> None:
        """Let the next requests of an operation fail so; None stands for one that does not."""
        with self._lock:
            self._listed.setdefault(operation, []).extend(faults)

    def next(self, operation: str) -> Fault | None:
        """The fault of this request."""
        with self._lock:
            listed = self._listed.get(operation)
            fault = listed.pop(0) if listed else self._drawn(operation)
            if fault is not None:
                self.injected[f"{operation} {fault.kind}"] += 1
            return fault

    def _drawn(self, operation: str) -> Fault | None:
        """At random moments, one kind after the other."""
        if self._random.random() >= self._share:
            return None
        kinds = _KINDS.get(operation, (LATENCY, BROKEN))
        self._num_drawn[operation] += 1
        return kinds[self._num_drawn[operation] % len(kinds)]
