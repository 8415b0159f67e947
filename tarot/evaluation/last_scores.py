"""One score a benchmark of what a folder's scores speak of: those of its last checkpoint."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tarot.evaluation.scores import FOLDER, Score, read_scores
from tarot.runs import differing_keys
from tarot.types import UserError

_PATH = "checkpoint.path"


def last_scores(folder: Path) -> tuple[dict[str, Score], tuple[str, ...]]:
    """By benchmark the score of the last checkpoint that was evaluated, and what is left out.

    UserError for two scores of one checkpoint, between which nothing decides.
    """
    found = read_scores(folder)
    last = max((step_of(score) for scores in found.values() for score in scores), default=-1)
    kept: dict[str, Score] = {}
    older: defaultdict[int, list[str]] = defaultdict(list)
    for benchmark, scores in found.items():
        for step in sorted({step_of(score) for score in scores} - {last}):
            older[step].append(benchmark)
        newest = [score for score in scores if step_of(score) == last]
        if len(newest) > 1:
            raise UserError(_two_scores(folder, benchmark, newest))
        if newest:
            kept[benchmark] = newest[0]
    name = folder.resolve().name
    notes = tuple(
        f"{name}: scores of step {step}, not the last evaluated, are left out: "
        f"{', '.join(benchmarks)}."
        for step, benchmarks in sorted(older.items())
    )
    return kept, notes


def step_of(score: Score) -> int:
    """The last step of training that a run's checkpoint has seen; -1 of other weights."""
    step = score.inputs.get("checkpoint", {}).get("step")
    return -1 if step is None else int(step)


def _two_scores(folder: Path, benchmark: str, scores: Sequence[Score]) -> str:
    keys = [key for key in differing_keys(scores[0].inputs, scores[1].inputs) if key != _PATH]
    files = ", ".join(path.name for path in _files(folder, benchmark))
    return (
        f"{folder}: {len(scores)} scores of {benchmark} for one checkpoint, which differ in "
        f"{', '.join(keys) or 'nothing that they name'}; keep one of {files} in {FOLDER}/"
    )


def _files(folder: Path, benchmark: str) -> Iterable[Path]:
    pattern = re.compile(rf"{re.escape(benchmark)}-[^-]+\.json")
    return sorted(path for path in (folder / FOLDER).iterdir() if pattern.fullmatch(path.name))
