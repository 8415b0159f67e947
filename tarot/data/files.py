"""Problems in a file of one's own, and how to write one."""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tarot.data.lazy import heavy
from tarot.data.lines import jsonl_rows, rows_and_faults
from tarot.data.rows import problems_of_rows, row_from_problem
from tarot.data.source import HeldOut, Split, changed_settings, counted, fingerprint_of
from tarot.data.tiering import Tiering, TierRule
from tarot.types import Problem, UserError, WithinTier

_ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class JsonlSource:
    """A JSONL file (or a .parquet one with the same columns) of rows in any known shape.

    `dev_share` and `test_share` of its problems are held out, by a hash of their ids. `tiering`
    gives tiers to suites without any, `within_tier` says what a tier with several tests gives.
    """

    path: str
    dev_share: float = 0.05
    test_share: float = 0.05
    tiering: Tiering | None = None
    pass_rates: str | None = None
    within_tier: WithinTier = WithinTier.MEAN

    def check(self) -> None:
        """Read the whole file; raise UserError for the first fault."""
        self._held_out().check()
        self.load(Split.TRAIN)

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, in file order; raises UserError with none to train on."""
        problems = self._held_out().select(_problems_of(self, self.fingerprint()), split)
        if split is Split.TRAIN and not problems:
            raise UserError(
                f"data.path: {self.path}: all its problems are held out; "
                "lower data.test_share and data.dev_share"
            )
        return problems

    def fingerprint(self) -> str:
        """The sha256 of the file's bytes, and of the settings that are not at their default."""
        with _existing(Path(self.path)).open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        names = ("dev_share", "test_share", "tiering", "within_tier")
        rates = self.tier_rule().fingerprint()
        return fingerprint_of(content, {**changed_settings(self, *names), **rates})

    def rows(self) -> Iterator[tuple[str, object]]:
        """Place and content of every row, or the UserError of one that is no JSON."""
        path = _existing(Path(self.path))
        return rows_and_faults(path) if path.suffix == ".jsonl" else _reader(path)(path)

    def tier_rule(self) -> TierRule:
        """The settings that give tiers."""
        return TierRule(self.tiering, self.pass_rates)

    def _held_out(self) -> HeldOut:
        return HeldOut(dev=self.dev_share, test=self.test_share)


@lru_cache(maxsize=1)
def _problems_of(source: JsonlSource, fingerprint: str) -> tuple[Problem, ...]:
    """All problems of a source, kept for its other splits; `fingerprint` tells contents apart."""
    problems = source.tier_rule().apply(read_problems(Path(source.path)))
    return counted(problems, source.within_tier)


def read_problems(path: Path) -> list[Problem]:
    """Every problem of a .jsonl or .parquet file; raises UserError that names file and line."""
    rows = _reader(path)
    places: dict[str, str] = {}
    problems = []
    for place, problem in problems_of_rows(rows(_existing(path))):
        if problem.id in places:
            raise UserError(
                f"{place}: problem {problem.id} stands already at {places[problem.id]}; "
                "give each row an id of its own"
            )
        places[problem.id] = place
        problems.append(problem)
    if not problems:
        is_empty = next(iter(rows(path)), None) is None
        what = "the file is empty" if is_empty else "no row of it can be judged"
        raise UserError(f"data.path: {path}: {what}; it needs at least one problem")
    return problems


def write_jsonl(problems: Iterable[Problem], path: Path) -> None:
    """Write problems in our schema; the file appears whole or not at all."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        for problem in problems:
            file.write(json.dumps(row_from_problem(problem), ensure_ascii=False) + "\n")
    unfinished.replace(path)


def _reader(path: Path) -> Callable[[Path], Iterator[tuple[str, object]]]:
    readers = {".jsonl": jsonl_rows, ".parquet": _parquet_rows}
    if path.suffix not in readers:
        raise UserError(f"data.path: {path}: neither .jsonl nor .parquet; convert it to one")
    return readers[path.suffix]


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise UserError(f"data.path: {path}: no such file; name a .jsonl or .parquet file")
    return path


def _parquet_rows(path: Path) -> Iterator[tuple[str, object]]:
    parquet = heavy("pyarrow.parquet")
    try:
        batches = parquet.ParquetFile(path).iter_batches(_ROWS_AT_ONCE)
        rows = itertools.chain.from_iterable(batch.to_pylist() for batch in batches)
        yield from ((f"{path}: row {number}", row) for number, row in enumerate(rows, start=1))
    except (OSError, ValueError) as error:
        raise UserError(f"data.path: {path}: not a parquet file ({error})") from None
