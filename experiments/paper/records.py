"""A table as CSV: a line a model, policy, benchmark and seed, with the ends of its interval."""

from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass, fields, replace
from typing import Any

from experiments.paper.grid import Grid, Row
from experiments.paper.reading import Entry
from experiments.paper.spec import BENCHMARKS
from tarot.evaluation.claims import estimate_of
from tarot.runs import files


@dataclass(frozen=True, slots=True)
class Record:
    """One score, as a share, with its 95% interval over problems; all is None for a hole.

    The settings and the seed are None for an untuned model, too.
    """

    model: str
    policy: str
    benchmark: str
    seed: int | None = None
    beta: float | None = None
    temperature: float | None = None
    epochs: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    num_problems: int | None = None
    num_samples: int | None = None
    metric: str | None = None
    run: str | None = None


def records(grid: Grid, axis: str | None) -> Iterator[Record]:
    """The scores of a grid row by row; a row or a run without a score is one hole."""
    for row, found in grid.rows.items():
        for benchmark in BENCHMARKS:
            for entry in found.values() or (None,):
                yield (
                    _hole(row, benchmark, axis) if entry is None else _record(row, entry, benchmark)
                )


def to_csv(grid: Grid, axis: str | None) -> str:
    """The records under the names of their fields; what is None is empty."""
    names = [field.name for field in fields(Record)]
    return files.to_csv(names, map(astuple, records(grid, axis)))


def _hole(row: Row, benchmark: str, axis: str | None) -> Record:
    value: dict[str, Any] = {} if axis is None else {axis: row.value}
    return Record(row.model, row.policy, benchmark, **value)


def _record(row: Row, entry: Entry, benchmark: str) -> Record:
    setting = {} if entry.setting is None else asdict(entry.setting)
    record = Record(row.model, row.policy, benchmark, entry.seed, **setting, run=entry.name)
    score = entry.scores.get(benchmark)
    if score is None:
        return record
    estimate = estimate_of(score)
    return replace(
        record,
        value=score.value,
        low=estimate.low,
        high=estimate.high,
        num_problems=score.num_problems,
        num_samples=score.num_samples,
        metric=score.metric,
    )
