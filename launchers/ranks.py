"""The training processes of a run on this machine: told to stop, and asked how they ended."""

import re
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from tarot.runs import RunDirectory
from tarot.runs.children import Child
from tarot.runs.exits import Exit, code_of_failure
from tarot.runs.process_log import Log
from tarot.runs.rank_logs import exit_code
from tarot.types import Outcome, Run, RunState

# What torchrun writes of the process that failed first.
_FAILED_FIRST = re.compile(r"Root Cause.*?rank\s*:\s*(\d+).*?exitcode\s*:\s*(-?\d+)", re.DOTALL)


class Ranks:
    """Knows them by their command, and their ends by what they leave in the run's `logs`."""

    def __init__(self, run: Run, numbers: range) -> None:
        """Forget how earlier ones ended; `numbers` are theirs, the first speaks for all."""
        self._command = list(run.command[1:])
        self._directory = RunDirectory(Path(run.directory))
        self._first = numbers[0]
        for rank in numbers:
            self._directory.exit_of(rank).unlink(missing_ok=True)
        self._stderr = Log.from_now(self._directory.stderr_of(self._first))

    def send(self, number: int) -> bool:
        """Send a signal to each; whether there was any."""
        found = False
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                arguments = process.cmdline()[1:]
                if arguments in (self._command, ["-u", *self._command]):
                    process.send_signal(number)
                    found = True
        return found

    def outcome(self, launched: Child | None, stopped: bool, tail_lines: int) -> Outcome:
        """How they ended; `stopped` says that they were told to, None that there were none.

        A process that fails tells the others why, so the first one's last words are the cause.
        Of one that was killed nothing but the log of what started it knows.
        """
        own = exit_code(self._directory, self._first)
        if launched is not None and launched.process.returncode == 0:
            return Outcome(RunState.FINISHED)
        if launched is None or (stopped and own in (None, Exit.INTERRUPTED)):
            return Outcome(RunState.INTERRUPTED)
        lines = self._stderr.tail(tail_lines) or launched.log.tail(tail_lines)
        cause = f"{lines}\n{_killed(launched.log)}".strip()
        return Outcome(RunState.FAILED, cause, code_of_failure(own))


def _killed(launched: Log) -> str:
    """Which process was killed by which signal, if one was."""
    found = _FAILED_FIRST.search(launched.text())
    if found is None or int(found[2]) >= 0:
        return ""
    return f"process {found[1]} of the training was killed by {signal.Signals(-int(found[2])).name}"
