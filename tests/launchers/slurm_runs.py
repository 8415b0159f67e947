"""Launchers and run directories for the tests of `launcher=slurm`."""

import json
import sys
from pathlib import Path
from typing import Any

from launchers.slurm import SlurmLauncher
from tarot.cli.composition import compose
from tarot.config.targets import build
from tarot.types import Run

# Saves when it is told to stop; the next one that starts in the folder finishes.
TRAINING = """
import os, signal, sys, time
from pathlib import Path
def stop(number, frame):
    Path("saved").touch()
    sys.exit(130)
signal.signal(signal.SIGTERM, stop)
with open("starts", "a") as starts:
    starts.write(str(os.getpid()) + "\\n")
while not Path("saved").exists():
    time.sleep(0.05)
"""


def config(*overrides: str) -> dict[str, Any]:
    (job,) = compose("train", ["launcher=slurm", *overrides])
    return job.config


def launcher(*overrides: str) -> SlurmLauncher:
    built = build("launcher", config(*overrides)["launcher"])
    assert isinstance(built, SlurmLauncher)
    return built


def run(folder: Path, program: str = TRAINING) -> Run:
    return Run(str(folder), (sys.executable, "-c", program))


def make_run_directory(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(config("+experiment=tiny")))
