"""A process that a run starts for one of its stages, and that ends with it."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from tarot.runs.exits import check_child
from tarot.training.processes import solitary_environment

# What a child may take to remove what it has half made, once it is asked to stop.
GRACE_S = 10.0


def run_stage(name: str, command: Sequence[str]) -> None:
    """Run a command to its end; if this process is stopped first, the child is too.

    It computes by itself, also where this process is one of several. What it says on standard error
    is said here when it has ended.

    Raises:
        UserError: for what the user has to mend, in the child's own words.
        ChildFailure: if the child failed otherwise, as in an outage.
        KeyboardInterrupt: if it was stopped.
    """
    with subprocess.Popen(
        command, env=solitary_environment(), stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            _, stderr = child.communicate()
        except BaseException:
            _stop(child)
            raise
    if child.returncode < 0:
        stderr += f"killed by {signal.Signals(-child.returncode).name}\n"
    sys.stderr.write(stderr)
    check_child(name, child.returncode, stderr)


def _stop(child: "subprocess.Popen[str]") -> None:
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_S)
    child.kill()
