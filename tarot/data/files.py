"""Problems in a file of one's own, and how to write one."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tarot.data.lazy import heavy
from tarot.data.rows import problem_from_row, row_from_problem
from tarot.data.source import HeldOut, Split
from tarot.types import Problem, UserError


@dataclass(frozen=True, slots=True)
class JsonlSource:
    """A JSONL file (or a .parquet one with the same columns) in either schema.

    `dev_share` and `test_share` of its problems are held out, by a hash of their ids.
    """

    path: str
    dev_share: float = 0.05
    test_share: float = 0.05

    def check(self) -> None:
        """Read the whole file; raise UserError for the first fault."""
        self._held_out().check()
        self.load(Split.TRAIN)

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, in file order; raises UserError with none to train on."""
        problems = self._held_out().select(read_problems(Path(self.path)), split)
        if split is Split.TRAIN and not problems:
            raise UserError(
                f"data.path: {self.path}: all its problems are held out; "
                "lower data.test_share and data.dev_share"
            )
        return problems

    def fingerprint(self) -> str:
        """The sha256 of the file's bytes."""
        with _existing(Path(self.path)).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _held_out(self) -> HeldOut:
        return HeldOut(dev=self.dev_share, test=self.test_share)


def read_problems(path: Path) -> list[Problem]:
    """Every problem of a .jsonl or .parquet file; raises UserError that names file and line."""
    rows = {".jsonl": jsonl_rows, ".parquet": _parquet_rows}.get(path.suffix)
    if rows is None:
        raise UserError(f"data.path: {path}: neither .jsonl nor .parquet; convert it to one")
    places: dict[str, str] = {}
    problems = []
    for place, row in rows(_existing(path)):
        problem = problem_from_row(row, place)
        if problem.id in places:
            raise UserError(
                f"{place}: problem {problem.id} stands already at {places[problem.id]}; "
                "give each row an id of its own"
            )
        places[problem.id] = place
        problems.append(problem)
    if not problems:
        raise UserError(f"data.path: {path}: the file is empty; it needs at least one problem")
    return problems


def write_jsonl(problems: Iterable[Problem], path: Path) -> None:
    """Write problems in our schema; the file appears whole or not at all."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        for problem in problems:
            file.write(json.dumps(row_from_problem(problem), ensure_ascii=False) + "\n")
    unfinished.replace(path)


def jsonl_rows(path: Path) -> Iterator[tuple[str, object]]:
    """File and line, and the value there, of each line; raises UserError for what is no JSON."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                place = f"{path}:{number}"
                yield place, _decoded(line, place)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise UserError(f"data.path: {path}: no such file; name a .jsonl or .parquet file")
    return path


def _decoded(line: bytes, place: str) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        fault = f"{type(error).__name__}: {error}"
        raise UserError(f"{place}: not JSON ({fault}); each line is one JSON object") from None


def _parquet_rows(path: Path) -> Iterator[tuple[str, object]]:
    parquet = heavy("pyarrow.parquet")
    try:
        rows = parquet.read_table(path).to_pylist()
    except (OSError, ValueError) as error:
        raise UserError(f"data.path: {path}: not a parquet file ({error})") from None
    return ((f"{path}: row {number}", row) for number, row in enumerate(rows, start=1))
