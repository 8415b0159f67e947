"""The child process of a run: `python -m tarot.training RUN_DIRECTORY`."""

import sys
from pathlib import Path

from tarot.runs import RunDirectory
from tarot.runs.ancestry import end_with_launcher
from tarot.runs.exits import Exit
from tarot.runs.rank_logs import logged
from tarot.training.child import train
from tarot.training.exits import exit_of
from tarot.training.stopping import StopRequest


def main(directory: str) -> Exit:
    """Run to the end; the last line of standard error is the cause of a failure."""
    end_with_launcher()
    run = RunDirectory(Path(directory))
    return logged(run, lambda: exit_of(lambda: train(RunDirectory.open(run.path), StopRequest())))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
