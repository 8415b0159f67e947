"""`best.json`: the step whose checkpoint did best in the evaluations while training.

It is written when that checkpoint is whole, and the checkpoint is kept as long as it is the best.
Of equal values the earlier step is the best.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeGuard

from tarot.runs.files import read_json, write_json
from tarot.runs.log import EVALUATION

FILE = "best.json"
METRIC = "eval/pass_at_1"
"""By which evaluations are compared: the share of samples that pass the whole suite."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best evaluation so far."""

    step: int
    metric: str
    value: float


def best_step(folder: Path) -> int | None:
    """The step of the best checkpoint of the run in `folder`; None where no evaluation has one.

    UserError for a file that is no JSON.
    """
    best = read_best(folder)
    return None if best is None else best.step


def read_best(folder: Path) -> Best | None:
    """What `best.json` of a run's folder says; None without one."""
    path = folder / FILE
    return Best(**read_json(path)) if path.exists() else None


def write_best(folder: Path, best: Best) -> None:
    """Say which is best; its checkpoint has to be whole."""
    write_json(folder / FILE, asdict(best))


def cut_back(
    folder: Path, step: int, evaluations: Iterable[Mapping[str, Any]], complete: Collection[int]
) -> None:
    """Where the best is of a later step, or gone, say which of the others is.

    Args:
        folder: the run's.
        step: the one that the run goes back to.
        evaluations: the lines of the log up to there; only those made like the last count.
        complete: the steps of the checkpoints that are there.
    """
    best = read_best(folder)
    if best is None or (best.step <= step and best.step in complete):
        return
    lines = list(evaluations)
    values = {
        line["step"]: line[best.metric]
        for line in lines
        if line["step"] in complete and line[EVALUATION] == lines[-1][EVALUATION]
    }
    known = {at: value for at, value in values.items() if is_value(value)}
    if known:
        first = min(known, key=lambda at: (-known[at], at))
        write_best(folder, Best(first, best.metric, known[first]))
    else:
        (folder / FILE).unlink()


def is_value(value: float | None) -> TypeGuard[float]:
    """Whether an evaluation found anything: null in the log, NaN before it, if it did not."""
    return value is not None and math.isfinite(value)
