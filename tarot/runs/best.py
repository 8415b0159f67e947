"""The step of a run whose weights did best while it was being trained."""

from pathlib import Path

from tarot.runs.files import read_json

BEST = "best.json"
"""In a run's directory: `step`, the `metric` by which it is best, and its `value`."""


def best_step(folder: Path) -> int | None:
    """The best step of the run in a folder; None where none was measured."""
    path = folder / BEST
    return int(read_json(path)["step"]) if path.exists() else None
