"""Running the benchmarks of one checkpoint that have no score yet."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarot.evaluation.benchmark import (
    Benchmark,
    BenchmarkFailure,
    Evaluation,
    Measured,
    Processes,
)
from tarot.evaluation.scores import (
    FOLDER,
    Score,
    Subject,
    read_score,
    score_path,
    write_score,
    write_subject,
)
from tarot.evaluation.target import Target
from tarot.runs.exits import ChildFailure
from tarot.runs.full_disk import full_disk_told
from tarot.runs.lock import exclusive

KEY_LENGTH = 12
DEBUG = "debug"


@dataclass(frozen=True, slots=True)
class Result:
    """How one benchmark of one checkpoint stands: a score, a cause, or neither before it is run."""

    benchmark: str
    score: Score | None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the score of a benchmark lies or would lie, and all that it depends on."""

    benchmark: str
    folder: Path
    inputs: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The hash of what the score depends on; where the checkpoint lies is not part of it."""
        weights = self.inputs["checkpoint"]["sha256"]
        text = json.dumps([self.benchmark, weights, self.inputs["settings"]], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]

    @property
    def raw(self) -> Path:
        """The folder of what the harness has written."""
        return self.folder / FOLDER / f"{self.benchmark}-{self.key}"

    def score(self) -> Score | None:
        """The score, if it is there."""
        path = score_path(self.folder, self.benchmark, self.key)
        return read_score(path) if path.exists() else None

    def keep(self, measured: Measured) -> Score:
        """Write down what a benchmark found."""
        fields = {name: getattr(measured, name) for name in measured.__slots__}
        score = Score(benchmark=self.benchmark, inputs=self.inputs, **fields)
        write_score(self.folder, score, self.key)
        return score


def place_of(name: str, benchmark: Benchmark, evaluation: Evaluation) -> Place:
    """Where a benchmark's score belongs; those of the small runs lie apart from all others."""
    target = evaluation.target
    weights = {
        "path": str(target.checkpoint) if target.checkpoint else target.model.id,
        "revision": target.revision,
        "step": target.step,
        "sha256": target.sha256,
    }
    folder = target.folder / DEBUG if evaluation.config.debug else target.folder
    return Place(name, folder, {"checkpoint": weights, "settings": benchmark.settings(evaluation)})


def missing(evaluation: Evaluation, benchmarks: Mapping[str, Benchmark]) -> dict[str, Benchmark]:
    """The benchmarks that have no score yet."""
    places = {name: place_of(name, one, evaluation) for name, one in benchmarks.items()}
    return {name: one for name, one in benchmarks.items() if places[name].score() is None}


def evaluate(
    evaluation: Evaluation,
    benchmarks: Mapping[str, Benchmark],
    processes: Processes,
    tell: Callable[[Result], None],
) -> list[Result]:
    """Run what is missing, one after the other, and tell of each as it ends.

    UserError where another process is at it.
    """
    folder = evaluation.target.folder
    with full_disk_told(folder):
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        _write_subject(evaluation)
    results = []
    with full_disk_told(folder), exclusive(folder / FOLDER / "lock"):
        for name, benchmark in benchmarks.items():
            place = place_of(name, benchmark, evaluation)
            results.append(_result(place, benchmark, evaluation, processes))
            tell(results[-1])
    return results


def _result(
    place: Place, benchmark: Benchmark, evaluation: Evaluation, processes: Processes
) -> Result:
    score = place.score()
    if score is not None:
        return Result(place.benchmark, score)
    place.raw.mkdir(parents=True, exist_ok=True)
    try:
        _make_weights(evaluation.target)
        measured = benchmark.run(evaluation, place.raw, processes)
    except BenchmarkFailure as failure:
        return Result(place.benchmark, None, f"{failure}; see {place.raw}")
    return Result(place.benchmark, place.keep(measured))


def _make_weights(target: Target) -> None:
    """Merge adapters into the weights that they adapt, once for all benchmarks."""
    try:
        if target.export is not None:
            target.export.make()
    except ChildFailure as failure:
        raise BenchmarkFailure(str(failure)) from failure


def _write_subject(evaluation: Evaluation) -> None:
    """Say which model a folder without a run speaks of."""
    target = evaluation.target
    if target.run is None:
        checkpoint = str(target.checkpoint) if target.checkpoint else None
        write_subject(target.folder, Subject(target.model.id, target.revision, checkpoint))
