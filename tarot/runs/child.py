"""The child processes of a run: its training and its stages, each a module's `main`.

`python -m tarot.runs.child MODULE ARGUMENT…` is `MODULE.main(ARGUMENT…)`, and its exit code that of
the process. Training is a package that can be run by itself.
"""

import importlib
import sys
from pathlib import Path

from tarot.runs.ancestry import end_with_launcher
from tarot.runs.imports import lasting_imports
from tarot.types import Run

TRAINING = "tarot.training"
_RUNNER = "tarot.runs.child"


def child_of(directory: Path, module: str = TRAINING) -> Run:
    """A run whose child is a module that is told its directory."""
    path = str(directory)
    command = (sys.executable, "-m", TRAINING, path)
    return Run(path, command if module == TRAINING else tuple(command_of(module, path)))


def command_of(module: str, *arguments: str) -> list[str]:
    """The command that calls a module's `main` with `arguments`."""
    return [sys.executable, "-m", _RUNNER, module, *arguments]


def main(module: str, *arguments: str) -> int:
    """Import a module, which may import much, and call its `main`."""
    end_with_launcher()
    with lasting_imports():
        called = importlib.import_module(module).main
    return int(called(*arguments))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
