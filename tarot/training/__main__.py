"""The child process of a run: `python -m tarot.training RUN_DIRECTORY`."""

import importlib
import os
import sys
from pathlib import Path

from tarot.runs import RunDirectory
from tarot.runs.ancestry import end_with_launcher
from tarot.runs.exits import Exit
from tarot.runs.imports import lasting_imports
from tarot.runs.rank_logs import logged
from tarot.training.exits import exit_of
from tarot.training.stopping import StopRequest


def main(directory: str) -> Exit:
    """Run to the end; the last line of standard error is the cause of a failure."""
    end_with_launcher()
    run = RunDirectory(Path(directory))
    # TRL imports trackio, which settles at its import where its files go.
    os.environ.setdefault("TRACKIO_DIR", str(run.path.resolve() / "trackio"))
    return logged(run, lambda: exit_of(lambda: _train(run.path)))


def _train(path: Path) -> None:
    with lasting_imports():
        train = importlib.import_module("tarot.training.child").train
    train(RunDirectory.open(path), StopRequest())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
