"""The single judgements, as `recording/sitecustomize.py` writes them, held against the result.

Evalchemy's pools come in the order of its metrics, and for a task that samples in that of its
repeats; pools after these, as for HumanEval in shell, count for nothing.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from tarot.evaluation.benchmark import BenchmarkFailure
from tarot.evaluation.evalchemy.outputs import UNJUDGED, Expected

FILE = "samples.jsonl"


class Judgement(BaseModel):
    """One answer of the model: in which pool it was judged, and how."""

    pool: int
    id: str
    passed: bool
    reason: str
    answer: object


_LINE = TypeAdapter(Judgement)


def solved_by_problem(
    path: Path, expected: Expected, values: Mapping[str, float]
) -> dict[str, list[float]]:
    """1 or 0 for each answer to each problem, by the problem's id.

    Of a task with several metrics an answer to each. BenchmarkFailure where answers are missing,
    or where they don't make the values of the result.
    """
    num_pools = len(expected.metrics) * expected.num_samples
    pools = _pools(path, num_pools)
    ids = {judgement.id for judgement in pools[0]}
    for number, pool in enumerate(pools):
        _check_pool(pool, ids, expected.num_problems)
        _check_judged(pool, number)
    for index, metric in enumerate(expected.metrics):
        start = index * expected.num_samples
        _check_mean(metric, values[metric], pools[start : start + expected.num_samples])
    solved: dict[str, list[float]] = {one: [] for one in sorted(ids)}
    for pool in pools:
        for judgement in pool:
            solved[judgement.id].append(float(judgement.passed))
    return solved


def _pools(path: Path, number: int) -> list[list[Judgement]]:
    if not path.exists():
        raise BenchmarkFailure("no single judgement was recorded")
    pools: dict[int, list[Judgement]] = {}
    with path.open("rb") as file:
        for line in file:
            try:
                judgement = _LINE.validate_json(line)
            except ValidationError as error:
                raise BenchmarkFailure(f"{path.name} holds a line that is no judgement") from error
            pools.setdefault(judgement.pool, []).append(judgement)
    if len(pools) < number:
        raise BenchmarkFailure(f"{len(pools)} rounds of judgements were recorded, not {number}")
    return [pools[one] for one in sorted(pools)[:number]]


def _check_pool(pool: Sequence[Judgement], ids: set[str], num_problems: int | None) -> None:
    found = {judgement.id for judgement in pool}
    if len(found) != len(pool):
        raise BenchmarkFailure("a problem was judged twice in one round")
    if found != ids:
        raise BenchmarkFailure("not every round of judgements is of the same problems")
    if num_problems is not None and len(found) != num_problems:
        raise BenchmarkFailure(f"{len(found)} problems were judged, not {num_problems}")


def _check_judged(pool: Sequence[Judgement], number: int) -> None:
    unjudged = [one.reason for one in pool if one.reason.startswith(UNJUDGED)]
    if unjudged:
        raise BenchmarkFailure(
            f"{len(unjudged)} answers of round {number + 1} were not judged: {unjudged[0]}"
        )


def _check_mean(metric: str, value: float, pools: Sequence[Sequence[Judgement]]) -> None:
    passed = [judgement.passed for pool in pools for judgement in pool]
    share = sum(passed) / len(passed)
    if not math.isclose(share, value, abs_tol=1e-6):
        raise BenchmarkFailure(f"{metric} is {value:g}, and the single judgements say {share:g}")
