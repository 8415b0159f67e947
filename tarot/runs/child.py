"""The child process of a run."""

import sys
from pathlib import Path

from tarot.types import Run

TRAINING = "tarot.training"


def child_of(directory: Path, module: str = TRAINING) -> Run:
    """A run whose child is a module that is told its directory."""
    path = str(directory)
    return Run(path, (sys.executable, "-m", module, path))
