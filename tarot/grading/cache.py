"""Executions that need not be repeated.

Kept are those of programs that ended by themselves: how a limit is hit depends on the machine,
and an outage says nothing. A program that draws unseeded random numbers keeps its first outcome.
"""

from collections import OrderedDict
from hashlib import blake2b

from tarot.types import Execution

_MAX_BYTES = 1 << 14


class ExecutionCache:
    """At most `size` executions by program and input; the least recently used one leaves."""

    def __init__(self, size: int) -> None:
        """Begin empty; with a size of 0 nothing is kept."""
        self._size = size
        self._executions: OrderedDict[bytes, Execution] = OrderedDict()

    def find(self, source: str, stdin: bytes) -> Execution | None:
        """The execution of a program on an input, or None."""
        key = _key(source, stdin)
        if key in self._executions:
            self._executions.move_to_end(key)
        return self._executions.get(key)

    def keep(self, source: str, stdin: bytes, execution: Execution) -> None:
        """Remember an execution, where it is worth it."""
        num_bytes = len(execution.stdout) + len(execution.stderr)
        if execution.stopped_by is not None or num_bytes > _MAX_BYTES:
            return
        self._executions[_key(source, stdin)] = execution
        while len(self._executions) > self._size:
            self._executions.popitem(last=False)


def _key(source: str, stdin: bytes) -> bytes:
    digest = blake2b(digest_size=16)
    for content in (source.encode("utf-8", "surrogatepass"), stdin):
        digest.update(len(content).to_bytes(8, "little") + content)
    return digest.digest()
