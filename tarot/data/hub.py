"""Problems of a data set on the Hugging Face hub."""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from tarot.data.lazy import heavy
from tarot.data.rows import Columns, problems_of_rows
from tarot.data.source import HeldOut, Split, changed_settings, counted, fingerprint_of
from tarot.data.tiering import Tiering, TierRule
from tarot.types import Problem, UserError, WithinTier

_READERS = {".jsonl": "json", ".json": "json", ".parquet": "parquet", ".arrow": "arrow"}
_SCRIPTED = "Dataset scripts are no longer supported"
_NAME_FILES = "name its data files in data.files"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HubSource:
    """A data set in any known shape; `split` is the hub's own, of which shares are held out.

    `subset` is one of several that a data set has. `files` names data files in the data set's
    repository, as `ALL/train-*.parquet`, for one that has a loading script, which nothing runs.
    `gated` says that the data set needs an account that accepted its terms. With `streaming` rows
    are read as they come and nothing is kept on the disk; offline they come from the cache.
    Nothing checks that a branch named as `revision` stays where it is: give a commit to pin the
    content. `tiering`, `within_tier`, `columns` and `tiers` are those of JsonlSource.
    """

    id: str
    revision: str = "main"
    split: str = "train"
    subset: str | None = None
    files: str | None = None
    gated: bool = True
    streaming: bool = True
    dev_share: float = 0.01
    test_share: float = 0.01
    tiering: Tiering | None = None
    pass_rates: str | None = None
    within_tier: WithinTier = WithinTier.MEAN
    columns: Mapping[str, str | int] | None = field(default=None, hash=False)
    tiers: Mapping[str | int, str] | None = field(default=None, hash=False)

    def check(self) -> None:
        """Raise UserError for a gated data set without a token, unless the hub is offline."""
        self._held_out().check()
        self.tier_rule().check()
        self._columns().check()
        if self.files is not None and self._reader() is None:
            raise UserError(f"data.files: {self.files}: none of {', '.join(_READERS)}")
        if self.gated and not _is_offline() and not heavy("huggingface_hub").get_token():
            raise UserError(
                f"data.id: {self.id} is gated and HF_TOKEN is not set; {self._remedy()}"
            )

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, in the order of the data set.

        The first of several rows with one id is taken. Raises UserError without access.
        """
        return self._held_out().select(_problems_of(self, self.fingerprint()), split)

    def fingerprint(self) -> str:
        """Id, revision, split and what else is set; the content itself is not hashed."""
        names = ("subset", "files", "dev_share", "test_share", "tiering", "within_tier")
        rates, columns = self.tier_rule().fingerprint(), self._columns().fingerprint()
        settings = {**changed_settings(self, *names), **rates, **columns}
        return fingerprint_of(f"{self.id}@{self.revision}:{self.split}", settings)

    def tier_rule(self) -> TierRule:
        """The settings that give tiers."""
        return TierRule(self.tiering, self.pass_rates)

    def rows(self) -> Iterator[tuple[str, object]]:
        """Place and content of every row, as they come; raises UserError without access."""
        return self._columns().named(self._rows())

    def _rows(self) -> Iterator[tuple[str, object]]:
        datasets, hub = heavy("datasets"), heavy("huggingface_hub.errors")
        faults = (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError)
        try:
            for number, row in enumerate(self._opened(datasets.load_dataset), start=1):
                yield f"{self.id}: row {number}", row
        except (*faults, hub.HTTPError) as error:
            says_nothing = isinstance(error, datasets.exceptions.DatasetGenerationError)
            raise self._fault(error.__cause__ or error if says_nothing else error) from None

    def _opened(self, load_dataset: Any) -> Iterable[object]:
        streaming = self.streaming and not _is_offline()
        if self.files is None:
            rows: Iterable[object] = load_dataset(
                self.id, self.subset, revision=self.revision, split=self.split, streaming=streaming
            )
            return rows
        root = self.id if Path(self.id).is_dir() else f"hf://datasets/{self.id}@{self.revision}"
        files = {self.split: f"{root}/{self.files}"}
        rows = load_dataset(self._reader(), data_files=files, split=self.split, streaming=streaming)
        return rows

    def _reader(self) -> str | None:
        return _READERS.get(PurePosixPath(self.files or "").suffix)

    def _fault(self, error: BaseException) -> UserError:
        cause = " ".join(str(error).split()) or type(error).__name__
        remedy = _NAME_FILES if _SCRIPTED in cause else self._remedy()
        return UserError(f"data.id: {self.id}: {cause}; {remedy}")

    def _columns(self) -> Columns:
        return Columns.of(self.columns, self.tiers)

    def _held_out(self) -> HeldOut:
        return HeldOut(dev=self.dev_share, test=self.test_share)

    def _remedy(self) -> str:
        if not self.gated:
            return "check data.id, data.split and the network, or take data=starter"
        page = f"https://huggingface.co/datasets/{self.id}"
        return f"accept its terms at {page} and set HF_TOKEN, or take data=starter"


@lru_cache(maxsize=1)
def _problems_of(source: HubSource, fingerprint: str) -> tuple[Problem, ...]:
    """All problems of a source, kept for its other splits; `fingerprint` knows the pass rates."""
    problems = _first_of_each(source.id, source.rows())
    return counted(source.tier_rule().apply(problems), source.within_tier)


def _is_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _first_of_each(name: str, rows: Iterable[tuple[str, object]]) -> list[Problem]:
    first: dict[str, Problem] = {}
    repeated = 0
    for _, problem in problems_of_rows(rows):
        repeated += problem.id in first
        first.setdefault(problem.id, problem)
    if repeated:
        _logger.warning("%s: %d rows repeat an id and are left out", name, repeated)
    return list(first.values())
