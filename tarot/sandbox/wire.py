"""The messages between a sandbox and its slots: two fixed records over a packet socket.

A request carries the limits here and four descriptors beside it: the source (read only), the
input (read only and sealed), and the files for output and errors. Contents never pass through a
slot's own memory, so that one program's text cannot be found in the heap of the next.

Slots import this module: it stays free of everything that is heavy to import or to fork.
"""

import struct
from typing import NamedTuple

NUM_DESCRIPTORS = 4

RAN, TIME, MEMORY, OUTPUT, SECURITY, INFRASTRUCTURE = range(6)

_REQUEST = struct.Struct("=ddQQ")
_REPLY = struct.Struct("=iBddd")

REQUEST_SIZE = _REQUEST.size
REPLY_SIZE = _REPLY.size


class Request(NamedTuple):
    """The limits of one execution."""

    cpu_s: float
    wall_s: float
    memory_mb: int
    output_kb: int

    def pack(self) -> bytes:
        """The record as bytes."""
        return _REQUEST.pack(*self)

    @classmethod
    def unpack(cls, record: bytes) -> "Request":
        """The record that `pack` wrote."""
        return cls(*_REQUEST.unpack(record))


class Reply(NamedTuple):
    """What became of a program; `stop` is one of this module's constants.

    `exit_code` is negative for death by a signal.
    """

    exit_code: int
    stop: int
    cpu_s: float
    wall_s: float
    peak_mb: float

    def pack(self) -> bytes:
        """The record as bytes."""
        return _REPLY.pack(*self)

    @classmethod
    def unpack(cls, record: bytes) -> "Reply":
        """The record that `pack` wrote."""
        return cls(*_REPLY.unpack(record))
