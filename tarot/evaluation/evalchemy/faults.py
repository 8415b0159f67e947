"""What the log of an Evalchemy process says went wrong.

Evalchemy logs most of what fails, goes on without it and ends with exit code 0.
"""

import re
import signal
from collections.abc import Iterator

from tarot.runs.last_words import last_words

_TRACEBACK = "Traceback (most recent call last):"
_WRITTEN = "Wrote aggregated results to:"
# multiprocessing says so of a child's end, and its children run the programs of the model.
_OF_A_CHILD = re.compile(r"(Process|Exception in thread) .*:$")
_ERROR = re.compile(r"\S+ +(?:ERROR|CRITICAL) +\[[^\]]*\] (.*)")


def cause_of_end(exit_code: int, log: str) -> str:
    """Why a process failed, from its exit code and what it wrote to standard error."""
    if exit_code < 0:
        return f"killed by {signal.Signals(-exit_code).name}"
    causes = (*_ends_of_tracebacks(log), *_errors(log)[-1:], last_words(log))
    return f"exit code {exit_code}: {next((cause for cause in causes if cause), 'without a word')}"


def traceback_in(log: str) -> str | None:
    """The line that ends the first traceback of Evalchemy's own, or None.

    What comes after the results are written is of the shutdown, and does not count.
    """
    return next(_ends_of_tracebacks(log.partition(_WRITTEN)[0]), None)


def logged_error(log: str) -> str | None:
    """The first error that Evalchemy logged, or None."""
    return next(iter(_errors(log)), None)


def _errors(log: str) -> list[str]:
    return [match[1] for match in map(_ERROR.match, log.splitlines()) if match]


def _ends_of_tracebacks(log: str) -> Iterator[str]:
    lines = log.splitlines()
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else ""
        if line.strip() == _TRACEBACK and not _OF_A_CHILD.match(before):
            rest = (one for one in lines[index + 1 :] if one.strip() and not one[0].isspace())
            yield next(rest, "a traceback without an end")
