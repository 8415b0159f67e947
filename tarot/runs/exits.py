"""The exit codes of the command, which are those of a run's child, of its job and of its stages."""

import signal
from enum import IntEnum

from tarot.runs.last_words import last_words
from tarot.types import Outcome, RunState, UserError


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    USER_ERROR = 2
    OUTAGE = 75  # as EX_TEMPFAIL of sysexits.h: the same command goes on later
    INTERRUPTED = 130


_KEPT = (Exit.USER_ERROR, Exit.OUTAGE)
# A child may be told to stop before it has learnt to answer.
_STOPPED = (Exit.INTERRUPTED, -signal.SIGINT, -signal.SIGTERM)


def exit_code(outcome: Outcome) -> Exit:
    """What says of a launch how it ended; a failing child's code is kept where it has a meaning."""
    if outcome.state is RunState.FAILED:
        return code_of_failure(outcome.exit_code)
    return Exit.INTERRUPTED if outcome.state is RunState.INTERRUPTED else Exit.OK


def code_of_failure(code: int | None) -> Exit:
    """The exit code of who started a process that failed with `code`."""
    return next((kept for kept in _KEPT if kept == code), Exit.FAILED)


class ChildFailure(RuntimeError):
    """A process that was started for a stage failed; `stderr` is what it left there."""

    def __init__(self, line: str, stderr: str, code: Exit = Exit.FAILED) -> None:
        """Say in one line what failed and why."""
        super().__init__(line)
        self.stderr = stderr
        self.code = code


def check_child(name: str, code: int, stderr: str) -> None:
    """Return if a stage's child came to its end, by its exit code and what it said.

    Raises:
        UserError: for what the user has to mend, in the child's own words.
        ChildFailure: if the child failed otherwise, as in an outage.
        KeyboardInterrupt: if it was stopped.
    """
    if code == Exit.OK:
        return
    if code in _STOPPED:
        raise KeyboardInterrupt
    cause = last_words(stderr) or "it gave no reason"
    if code == Exit.USER_ERROR:
        raise UserError(cause)
    line = f"{name} ended with exit code {code}: {cause}"
    raise ChildFailure(line, stderr, code_of_failure(code))
