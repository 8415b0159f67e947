"""The result file that Evalchemy writes; nothing but a whole result becomes a score."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarot.evaluation.benchmark import BenchmarkFailure

PATTERN = "*/results_*.json"
# What the tasks that sample say of an answer which they could not judge, and count as wrong.
UNJUDGED = ("Evaluation error:", "Critical error:", "Future error:")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a task's result has to hold: fractions by their keys, and how much they are made of.

    `num_problems` is None where it is not known before; `num_samples` are answers to each problem.
    """

    task: str
    metrics: tuple[str, ...]
    std_error: str | None
    num_problems: int | None
    num_samples: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a result holds: fractions by their keys, and the number of problems if it says so."""

    values: Mapping[str, float]
    std_error: float | None
    num_problems: int | None


def read_result(output: Path, expected: Expected) -> Found:
    """The result in the folder that a task has written; BenchmarkFailure where it is not whole."""
    paths = sorted(output.glob(PATTERN))
    if len(paths) != 1:
        raise BenchmarkFailure(f"{len(paths)} result files where there should be one")
    result = _result_of(paths[0], expected.task)
    values = {metric: _fraction(result, metric) for metric in expected.metrics}
    key = expected.std_error
    std_error = None if key is None else _number(result, key)
    _check_answers(result)
    return Found(values, std_error, _checked_count(result, expected))


def _result_of(path: Path, task: str) -> Mapping[str, Any]:
    try:
        result = json.loads(path.read_bytes())["results"][task]
    except (ValueError, KeyError, TypeError) as error:
        raise BenchmarkFailure(f"{path.name} holds no results of {task}") from error
    if not isinstance(result, Mapping):
        raise BenchmarkFailure(f"{path.name} holds no results of {task}")
    if "error" in result:
        raise BenchmarkFailure(f"{task}: {result['error']}")
    return result


def _number(result: Mapping[str, Any], key: str) -> float:
    if key not in result:
        there = ", ".join(sorted(map(str, result))) or "nothing"
        raise BenchmarkFailure(f"no {key} in the result, which holds {there}")
    value = result[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BenchmarkFailure(f"{key} is {value}, no number")
    return float(value)


def _fraction(result: Mapping[str, Any], key: str) -> float:
    value = _number(result, key)
    if not 0 <= value <= 1:
        raise BenchmarkFailure(f"{key} is {value:g}, and should lie in [0, 1]")
    return value


def _checked_count(result: Mapping[str, Any], expected: Expected) -> int | None:
    """The number of problems, where the result says it."""
    num_samples = result.get("num_repeat", expected.num_samples)
    if num_samples != expected.num_samples:
        raise BenchmarkFailure(f"{num_samples} samples a problem, not {expected.num_samples}")
    count = result.get("num_total", result.get("num_examples"))
    if count is not None and count != (expected.num_problems or count):
        raise BenchmarkFailure(f"{count} problems, not {expected.num_problems}")
    return None if count is None else int(count)


def _check_answers(result: Mapping[str, Any]) -> None:
    """BenchmarkFailure where answers were lost, or were counted as wrong without a judgement."""
    rate = result.get("completion_rate", 1.0)
    if rate != 1.0:
        raise BenchmarkFailure(f"completion_rate is {rate}: answers were lost")
    reasons = [str(example.get("reason")) for example in result.get("examples", ())]
    unjudged = [reason for reason in reasons if reason.startswith(UNJUDGED)]
    if unjudged:
        raise BenchmarkFailure(f"{len(unjudged)} answers were not judged: {unjudged[0]}")
