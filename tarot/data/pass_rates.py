"""How often each test of each problem was passed: counted in a run's rollouts, or given in lines.

A run's counts are of its judged completions, whatever their phase, as every test of a suite runs.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tarot.data.lazy import heavy
from tarot.data.lines import jsonl_rows
from tarot.types import UserError, Verdict

_KEY = "data.pass_rates"
_ROLLOUTS = "rollouts/*.parquet"
_COLUMNS = ["problem_id", "results.list.element.verdict"]


@dataclass(slots=True)
class _Count:
    passed: int = 0
    total: int = 0


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    problem: str
    test: int = Field(ge=0)
    passed: int = Field(ge=0)
    total: int = Field(gt=0)


@dataclass(frozen=True, slots=True)
class PassRates:
    """Counts by problem and then by the test's place in the suite."""

    path: str
    counts: Mapping[str, Mapping[int, _Count]]

    @classmethod
    def read(cls, path: str) -> Self:
        """The counts in a run directory or a .jsonl file; raises UserError that names the key."""
        counts: defaultdict[str, defaultdict[int, _Count]]
        counts = defaultdict(lambda: defaultdict(_Count))
        for problem, test, passed, total in _entries(Path(path)):
            count = counts[problem][test]
            count.passed += passed
            count.total += total
        return cls(path, counts)

    def of(self, problem: str, num_tests: int) -> list[float]:
        """The pass rate of each test of a problem; raises UserError without one for each."""
        if problem not in self.counts:
            raise UserError(
                f"{_KEY}: {self.path}: nothing on problem {problem}; measure it too, or, if it is "
                "held out, set data.dev_share and data.test_share to 0"
            )
        counts = self.counts[problem]
        if counts.keys() != set(range(num_tests)):
            raise UserError(
                f"{_KEY}: {self.path}: problem {problem} has {num_tests} tests, from 0 to "
                f"{num_tests - 1}, and the file has {', '.join(map(str, sorted(counts)))}"
            )
        return [counts[test].passed / counts[test].total for test in range(num_tests)]


def files_of(path: str) -> list[Path]:
    """The files that pass rates are read from; raises UserError where there are none."""
    place = Path(path)
    if place.is_file():
        return [place]
    files = sorted(place.glob(_ROLLOUTS))
    if not files:
        what = f"no {_ROLLOUTS} in it" if place.is_dir() else "no such file"
        raise UserError(f"{_KEY}: {path}: {what}; name a run directory or a .jsonl file")
    return files


def _entries(path: Path) -> Iterator[tuple[str, int, int, int]]:
    """Problem, test, and the numbers of passed and of all trials, as often as they come."""
    for file in files_of(str(path)):
        yield from _judged(file) if file.suffix == ".parquet" else _given(file)


def _judged(file: Path) -> Iterator[tuple[str, int, int, int]]:
    parquet = heavy("pyarrow.parquet")
    try:
        table = parquet.ParquetFile(file).read(columns=_COLUMNS)
        problems, results = table["problem_id"].to_pylist(), table["results"].to_pylist()
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{_KEY}: {file}: no rollouts ({error})") from None
    for problem, tests in zip(problems, results, strict=True):
        verdicts = [test["verdict"] for test in tests]
        if Verdict.INFRASTRUCTURE not in verdicts:
            for test, verdict in enumerate(verdicts):
                yield problem, test, verdict == Verdict.ACCEPTED, 1


def _given(file: Path) -> Iterator[tuple[str, int, int, int]]:
    for place, value in jsonl_rows(file):
        try:
            line = _Line.model_validate(value)
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(map(str, fault["loc"]))
            raise UserError(f"{_KEY}: {place}: {where}: {fault['msg']}") from None
        if line.passed > line.total:
            raise UserError(f"{_KEY}: {place}: passed: {line.passed} of {line.total}")
        yield line.problem, line.test, line.passed, line.total
