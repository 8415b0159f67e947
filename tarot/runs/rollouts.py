"""Rollouts: one parquet file per step, a row per completion, with the verdict of every test.

They hold what every reward is made of, so a finished run can be scored again under another
curriculum without running a program.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from tarot.runs.directory import RunDirectory
from tarot.runs.files import write_atomically
from tarot.types import TestResult, Tier, TierWeights, Verdict

RESULT = pa.struct(
    [
        pa.field("tier", pa.string()),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("cpu_s", pa.float64(), nullable=False),
        pa.field("wall_s", pa.float64(), nullable=False),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("step", pa.int32(), nullable=False),
        pa.field("progress", pa.float64(), nullable=False),
        pa.field("group", pa.int32(), nullable=False),
        pa.field("problem_id", pa.string(), nullable=False),
        pa.field("family", pa.string()),
        pa.field("completion", pa.string(), nullable=False),
        pa.field("program", pa.string()),
        pa.field("truncated", pa.bool_(), nullable=False),
        pa.field("results", pa.list_(RESULT), nullable=False),
        pa.field("reward", pa.float64()),
        pa.field("parts", pa.map_(pa.string(), pa.float64()), nullable=False),
        pa.field("weights", pa.struct([pa.field(tier, pa.float64()) for tier in Tier])),
        pa.field("all_must_pass", pa.bool_(), nullable=False),
        pa.field("num_tokens", pa.int32()),
        pa.field("selected", pa.bool_()),
        pa.field("passed_end", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Rollout:
    """One completion of a step: what was generated, how it was judged, what it earned.

    `progress` is (step - 1) / planned steps, at most 1, at which the policy gave `weights`.
    `program` is None without code, `reward` None for a completion that was left out of training;
    `parts` are the unweighted parts of the reward, none of them where it is None. `reward` is the
    total that they add up to by their weights, also where training normalised each part by itself.
    `num_tokens` is the completion's length. `selected` says whether its group is in the step's
    update, as all are without dynamic sampling. `passed_end` is the first token meant as an end
    after which generation went on, empty without any. All three are None in runs from before they
    were kept.
    """

    step: int
    progress: float
    group: int
    problem_id: str
    family: str | None
    completion: str
    program: str | None
    truncated: bool
    results: tuple[TestResult, ...]
    reward: float | None
    parts: Mapping[str, float]
    weights: TierWeights
    num_tokens: int | None = None
    selected: bool | None = None
    passed_end: str | None = None

    @property
    def is_judged(self) -> bool:
        """Whether no test was lost to the infrastructure."""
        return all(result.verdict is not Verdict.INFRASTRUCTURE for result in self.results)


def write_rollouts(run: RunDirectory, step: int, rollouts: Sequence[Rollout]) -> None:
    """Write the rollouts of one step, all processes' together, in the order of the batch.

    They are on disk when a checkpoint after them is; a wait at every step would be felt.
    """
    table = pa.Table.from_pylist([_row(rollout) for rollout in rollouts], schema=SCHEMA)
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    run.rollouts_path.mkdir(exist_ok=True)
    write_atomically(run.rollouts_of(step), buffer.getvalue(), at_once=False)


def read_rollouts(run: RunDirectory, steps: Collection[int] | None = None) -> Iterator[Rollout]:
    """All rollouts of a run, or of some steps, by step and in the order of each batch."""
    for step, path in run.rollout_files().items():
        if steps is None or step in steps:
            for row in pq.read_table(path, schema=SCHEMA).to_pylist():
                yield _rollout(row)


def num_rollouts(run: RunDirectory, step: int) -> int:
    """How many a step has, without reading them."""
    return int(pq.read_metadata(run.rollouts_of(step)).num_rows)


def read_some(run: RunDirectory, places: Mapping[int, Sequence[int]]) -> Iterator[Rollout]:
    """The rollouts at the given places of each step's file, in order of step and place."""
    files = run.rollout_files()
    for step in sorted(places):
        table = pq.read_table(files[step], schema=SCHEMA)
        for row in table.take(sorted(places[step])).to_pylist():
            yield _rollout(row)


def rollout_table(run: RunDirectory, columns: Sequence[str]) -> Any:
    """Some columns of all rollouts of a run as one pyarrow table, in the order of `read_rollouts`.

    For many rows at once: no object is made of a row.
    """
    schema = pa.schema([SCHEMA.field(name) for name in columns])
    tables = [
        pq.ParquetFile(path).read(columns=list(columns), use_threads=False).cast(schema)
        for path in run.rollout_files().values()
    ]
    return pa.concat_tables([schema.empty_table(), *tables]).combine_chunks()


def results_of(rows: Sequence[Mapping[str, Any]]) -> tuple[TestResult, ...]:
    """The results that a row of a table holds, test by test."""
    return tuple(
        TestResult(
            None if row["tier"] is None else Tier(row["tier"]),
            Verdict(row["verdict"]),
            row["cpu_s"],
            row["wall_s"],
        )
        for row in rows
    )


def results_column(results: Sequence[Sequence[TestResult]]) -> Any:
    """A pyarrow array of results, for the column of a table."""
    return pa.array([_result_rows(row) for row in results], SCHEMA.field("results").type)


def _result_rows(results: Sequence[TestResult]) -> list[dict[str, Any]]:
    return [
        {"tier": one.tier, "verdict": one.verdict, "cpu_s": one.cpu_s, "wall_s": one.wall_s}
        for one in results
    ]


def _row(rollout: Rollout) -> dict[str, Any]:
    return {
        "step": rollout.step,
        "progress": rollout.progress,
        "group": rollout.group,
        "problem_id": rollout.problem_id,
        "family": rollout.family,
        "completion": rollout.completion,
        "program": rollout.program,
        "truncated": rollout.truncated,
        "results": _result_rows(rollout.results),
        "reward": rollout.reward,
        "parts": list(rollout.parts.items()),
        "weights": dict(rollout.weights.weights),
        "all_must_pass": rollout.weights.all_must_pass,
        "num_tokens": rollout.num_tokens,
        "selected": rollout.selected,
        "passed_end": rollout.passed_end,
    }


def _rollout(row: dict[str, Any]) -> Rollout:
    weights = {Tier(tier): value for tier, value in row.pop("weights").items() if value is not None}
    return Rollout(
        results=results_of(row.pop("results")),
        parts=dict(row.pop("parts")),
        weights=TierWeights(weights, row.pop("all_must_pass")),
        **row,
    )
