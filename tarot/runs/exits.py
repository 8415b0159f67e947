"""The exit codes of the command, which are those of a run's child too."""

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    USER_ERROR = 2
    INTERRUPTED = 130
