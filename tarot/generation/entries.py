"""What the ledger holds."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How far a shard has come."""

    WRITTEN = "written"
    """Its request file is on disk."""

    UPLOADED = "uploaded"

    CREATING = "creating"
    """Its batch is being asked for, so there may be one already."""

    RUNNING = "running"
    """Its batch is known."""

    FETCHED = "fetched"
    """All lines of the batch are in the ledger."""

    CLOSED = "closed"
    """Its lines are answers, and its costs are known."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Requests that go out as one batch; `tokens` bounds those of their input.

    `asked_at_s` is the wall clock's time when its batch was last asked for, 0 before.
    """

    id: str
    model: str
    endpoint: str
    tokens: int
    state: State = State.WRITTEN
    file_id: str | None = None
    batch_id: str | None = None
    asked_at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """An on-line request that goes out, with its worst case; `id` is the ledger's, None before."""

    model: str
    custom_id: str
    reserved_usd: float
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A paid answer: the line that it came in, and its cost."""

    line: str
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a request cost; `line_id` is that of its answer, None where it has none."""

    custom_id: str
    cost_usd: float
    line_id: int | None = None
