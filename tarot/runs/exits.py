"""The exit codes of the command, which are those of a run's child and of its job too."""

from enum import IntEnum

from tarot.types import Outcome, RunState


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    USER_ERROR = 2
    INTERRUPTED = 130


def exit_code(outcome: Outcome) -> Exit:
    """What says of a launch how it ended; of a failing child no code is kept but a user's error."""
    if outcome.state is RunState.FAILED:
        return Exit.USER_ERROR if outcome.exit_code == Exit.USER_ERROR else Exit.FAILED
    return Exit.INTERRUPTED if outcome.state is RunState.INTERRUPTED else Exit.OK
