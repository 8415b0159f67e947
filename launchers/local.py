"""The plain launcher: one child process on this machine, which never outlives its parent."""

import os
import shlex
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launchers.environment import child_environment
from tarot.config.schema import HardwareConfig
from tarot.runs import RunDirectory
from tarot.runs.children import Children, signals
from tarot.runs.exits import Exit
from tarot.types import Outcome, Run, RunState, UserError


class LocalLauncher:
    """Runs the child to its end; stdout is shown, stderr goes to a file in the run directory."""

    def __init__(self, tail_lines: int = 15) -> None:
        """Keep how many of the last lines of stderr a failure shows."""
        self._tail_lines = tail_lines

    def render(self, run: Run, config: Mapping[str, Any]) -> str:
        """The child's command; UserError for several processes."""
        _check(HardwareConfig(**config["hardware"]))
        return shlex.join(run.command)

    def launch(self, run: Run) -> Outcome:
        """Start the child and wait; SIGINT and SIGTERM are passed on, a second one kills it."""
        directory = RunDirectory(Path(run.directory))
        hardware = HardwareConfig(**directory.config()["hardware"])
        try:
            _check(hardware)
        except UserError as error:
            return Outcome(RunState.FAILED, str(error), Exit.USER_ERROR)
        with Children() as children, signals(children.send, children.kill) as received:
            environment = child_environment(os.environ, hardware)
            child = children.start(run.command, directory.stderr_of(0), environment)
            if received:
                children.send(received[0])
            code = child.process.wait()
        if received and code == -signal.SIGKILL:
            return Outcome(RunState.INTERRUPTED)
        return _outcome(code, child.log.tail(self._tail_lines))


def _check(hardware: HardwareConfig) -> None:
    if hardware.processes != 1:
        raise UserError(
            f"hardware.processes={hardware.processes}: launcher=local starts one process; set "
            "launcher=accelerate"
        )


def _outcome(code: int, tail: str) -> Outcome:
    if code == 0:
        return Outcome(RunState.FINISHED)
    if code in (Exit.INTERRUPTED, -signal.SIGINT, -signal.SIGTERM):
        return Outcome(RunState.INTERRUPTED)
    if code < 0:
        tail += f"\nkilled by {signal.Signals(-code).name}"
    return Outcome(RunState.FAILED, tail.strip(), exit_code=code)
