"""Problems in a file of one's own, and how to write one."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tarot.data.formats import check_file, file_rows
from tarot.data.rows import Columns, problems_of_rows, row_from_problem
from tarot.data.source import HeldOut, Split, changed_settings, counted, fingerprint_of
from tarot.data.tiering import Tiering, TierRule
from tarot.types import Problem, UserError, WithinTier


@dataclass(frozen=True, slots=True)
class JsonlSource:
    """A file of rows in any known shape: .jsonl, .json, .parquet, .csv or .tsv.

    `dev_share` and `test_share` of its problems are held out, by a hash of their ids. `tiering`
    gives tiers to suites without any, `within_tier` says what a tier with several tests gives.
    `columns` and `tiers` name what a file has under other names: see `Columns`.
    """

    path: str
    dev_share: float = 0.05
    test_share: float = 0.05
    tiering: Tiering | None = None
    pass_rates: str | None = None
    within_tier: WithinTier = WithinTier.MEAN
    columns: Mapping[str, str | int] | None = field(default=None, hash=False)
    tiers: Mapping[str | int, str] | None = field(default=None, hash=False)

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
        check_file(Path(self.path))
        with Path(self.path).open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        names = ("dev_share", "test_share", "tiering", "within_tier")
        rates, columns = self.tier_rule().fingerprint(), self._columns().fingerprint()
        return fingerprint_of(content, {**changed_settings(self, *names), **rates, **columns})

    def rows(self) -> Iterator[tuple[str, object]]:
        """Place and content of every row, or the UserError of one that can't be read."""
        return self._columns().named(file_rows(Path(self.path)))

    def tier_rule(self) -> TierRule:
        """The settings that give tiers."""
        return TierRule(self.tiering, self.pass_rates)

    def _columns(self) -> Columns:
        return Columns.of(self.columns, self.tiers)

    def _held_out(self) -> HeldOut:
        return HeldOut(dev=self.dev_share, test=self.test_share)


@lru_cache(maxsize=1)
def _problems_of(source: JsonlSource, fingerprint: str) -> tuple[Problem, ...]:
    """All problems of a source, kept for its other splits; `fingerprint` tells contents apart."""
    problems = source.tier_rule().apply(_read(source))
    return counted(problems, source.within_tier)


def read_problems(path: Path) -> list[Problem]:
    """Every problem of a file; raises UserError that names file and line."""
    return _read(JsonlSource(str(path)))


def _read(source: JsonlSource) -> list[Problem]:
    places: dict[str, str] = {}
    problems = []
    for place, problem in problems_of_rows(source.rows()):
        if problem.id in places:
            raise UserError(
                f"{place}: problem {problem.id} stands already at {places[problem.id]}; "
                "give each row an id of its own"
            )
        places[problem.id] = place
        problems.append(problem)
    if not problems:
        is_empty = next(source.rows(), None) is None
        what = "the file is empty" if is_empty else "no row of it can be judged"
        raise UserError(f"data.path: {source.path}: {what}; it needs at least one problem")
    return problems


def write_jsonl(problems: Iterable[Problem], path: Path) -> None:
    """Write problems in our schema; the file appears whole or not at all."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        for problem in problems:
            file.write(json.dumps(row_from_problem(problem), ensure_ascii=False) + "\n")
    unfinished.replace(path)
