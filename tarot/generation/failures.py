"""What can go wrong with a service that is asked for answers, as far as it matters what to do."""

from enum import StrEnum

from tarot.types import UserError


class Kind(StrEnum):
    """What a failure is about."""

    REQUEST = "request"
    """The request, which will not be taken however often it is sent."""

    ACCOUNT = "account"
    """The key, its rights, its credit, or a model that it can't use: nothing else will work."""

    BUSY = "busy"
    """The service is, or it is broken; it has done nothing."""

    UNREACHED = "unreached"
    """Nobody answers; nothing has been done."""

    BROKEN = "broken"
    """The answer did not come; what was asked for may have been done, and paid for."""


_ADVICE = {
    Kind.ACCOUNT: "check OPENAI_API_KEY, its account and the models' names",
    Kind.REQUEST: "check generator.base_url, and that the ledger was begun with this account",
}


class ServiceOutage(RuntimeError):
    """The service can't be used for now; nothing that was paid for is lost by it."""


class Failure(Exception):
    """One failed call, as a line without secrets."""

    def __init__(self, cause: str, kind: Kind) -> None:
        """`cause` is one line."""
        super().__init__(cause)
        self.kind = kind

    def ending(self) -> UserError | ServiceOutage:
        """The same as the end of a command: with what to do, or for another time."""
        if self.kind in _ADVICE:
            return UserError(f"generator: {self}; {_ADVICE[self.kind]}")
        return ServiceOutage(f"generator: {self}")
