"""Runs a module as `python -m` does, deaf to SIGTERM: `python -m launchers.deaf MODULE ARGUMENTS`.

A scheduler sends the signal to every process. What stands between a launcher and the training must
outlive it, or it would take the training along before that has saved. Children are not deaf.
"""

import os
import runpy
import signal
import sys

# What torchrun would answer by ending its processes after half a minute.
SIGNALS_OF_TORCHRUN = "PET_SIGNALS_TO_HANDLE"


def main() -> None:
    """Run the module that the first argument names, with the other arguments."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    os.environ[SIGNALS_OF_TORCHRUN] = "SIGINT,SIGHUP,SIGQUIT"
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
