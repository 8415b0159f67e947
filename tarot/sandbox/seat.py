"""A seat: room for one running program, with one slot for each kind of program."""

import re
from collections.abc import Callable
from enum import StrEnum

from tarot.sandbox.handle import Slot, SlotError
from tarot.types import Job

_COMMON = ("bisect", "collections", "copy", "functools", "heapq", "itertools", "math", "re")
_USES_NUMPY = re.compile(r"\b(numpy|scipy|pandas)\b")


Start = Callable[[tuple[str, ...]], Slot]


class Kind(StrEnum):
    """What a slot has imported before its programs start."""

    PLAIN = "plain"
    NUMPY = "numpy"

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules to import."""
        return (*_COMMON, "numpy") if self is Kind.NUMPY else _COMMON


class Seat:
    """Its slots start when they are first needed, and again after they were discarded."""

    def __init__(self, start: Start) -> None:
        """Nothing is started yet."""
        self._start = start
        self._slots: dict[Kind, Slot] = {}
        self._is_closed = False

    def slot(self, kind: Kind) -> Slot:
        """The slot of a kind; raises SlotError or OSError where it cannot be started."""
        if self._is_closed:
            raise SlotError("the sandbox is closed")
        if kind not in self._slots:
            self._slots[kind] = self._start(kind.modules)
        return self._slots[kind]

    def discard(self, kind: Kind) -> None:
        """End a slot, so that the next job of its kind gets a fresh one."""
        slot = self._slots.pop(kind, None)
        if slot is not None:
            slot.kill()

    def pids(self) -> list[int]:
        """The process of each slot that runs."""
        return [slot.pid for slot in self._slots.values()]

    def close(self) -> None:
        """End every slot and start no more; idempotent."""
        self._is_closed = True
        while self._slots:
            self._slots.popitem()[1].close()


def kind_of(job: Job) -> Kind:
    """Which slot a job should go to: a guess by its source that is never wrong, only slow."""
    return Kind.NUMPY if _USES_NUMPY.search(job.program.source) else Kind.PLAIN
