"""What a server of the tests does wrong, and when."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One of the ways to fail; what `amount` counts, the kind says."""

    kind: str
    amount: float = 0.0


class PlannedFaults:
    """The faults of each operation: those that are listed, in order, then some at random."""

    def __init__(
        self,
        kinds: Mapping[str, Sequence[Fault]],
        other_kinds: Sequence[Fault],
        share_of: Callable[[str], float],
        seed: int,
    ) -> None:
        """Each operation fails at random in its `kinds`, or in the others for want of any."""
        self._kinds, self._other_kinds = kinds, other_kinds
        self._share_of = share_of
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
        if self._random.random() >= self._share_of(operation):
            return None
        kinds = self._kinds.get(operation, self._other_kinds)
        self._num_drawn[operation] += 1
        return kinds[self._num_drawn[operation] % len(kinds)]
