"""The exit codes of the command, which are those of a run's child too."""

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    USER_ERROR = 2
    # Python's own where standard error can't be written, so that a cause could not be said.
    UNSAID = 120
    INTERRUPTED = 130
