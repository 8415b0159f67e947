"""A process that a run starts for one of its stages, and that ends with it."""

import subprocess
from collections.abc import Sequence
from contextlib import suppress

from tarot.training.processes import solitary_environment

# What a child may take to remove what it has half made, once it is asked to stop.
GRACE_S = 10.0


def finished_child(
    command: Sequence[str], *, stderr: int | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a child to its end; if this process is stopped first, the child is too, and waited for.

    It computes by itself, also where this process is one of several.
    """
    with subprocess.Popen(command, env=solitary_environment(), stderr=stderr, text=True) as child:
        try:
            _, errors = child.communicate()
        except BaseException:
            _stop(child)
            raise
    return subprocess.CompletedProcess(command, child.returncode, stderr=errors)


def _stop(child: "subprocess.Popen[str]") -> None:
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_S)
    child.kill()
