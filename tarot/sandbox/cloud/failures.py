"""What can go wrong with a sandbox that somebody else hosts, as far as it matters what to do."""

from enum import StrEnum


class Kind(StrEnum):
    """What a failure is about, and so what is to be replaced before the next try."""

    REQUEST = "request"
    """The request alone: refused, broken off, or without an answer."""

    SANDBOX = "sandbox"
    """The sandbox is gone."""

    SERVICE = "service"
    """Nobody answers."""

    KEY = "key"
    """The service knows nobody by this key."""

    UNFIT = "unfit"
    """The sandbox cannot run the runner, and no other of its template will."""


class Failure(Exception):
    """One failed request, as a line without secrets."""

    def __init__(
        self,
        cause: str,
        kind: Kind = Kind.REQUEST,
        retry_after_s: float = 0.0,
        status: int | None = None,
    ) -> None:
        """`retry_after_s` is what the service asks for; `status` is that of its refusal, if any."""
        super().__init__(cause)
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.status = status
