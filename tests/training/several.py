"""Python commands from the repository's root, by which tests start several training processes."""

import os
import subprocess
import sys

from tests.training.workplace import ROOT, Finished

# Several processes share the cores of one.
PATIENCE_S = 600


def two_processes(module: str, *arguments: str, **variables: str) -> Finished:
    """A module in two processes by torchrun."""
    torchrun = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2")
    return python(*torchrun, "-m", module, *arguments, **variables)


def python(*command: str, **variables: str) -> Finished:
    """Python with `command` to its end; each process that it starts has one thread."""
    with start(*command, **variables) as process:
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    return Finished(process.args, process.returncode, stdout, stderr)


def start(*command: str, **variables: str) -> "subprocess.Popen[str]":
    """The same, which is not waited for."""
    return subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **variables},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
