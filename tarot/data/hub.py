"""Problems of a data set on the Hugging Face hub."""

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass

from tarot.data.lazy import heavy
from tarot.data.rows import problem_from_row
from tarot.data.source import HeldOut, Split
from tarot.types import Problem, UserError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HubSource:
    """A data set in either schema; `split` is the hub's own, of which shares are held out.

    `gated` says that the data set needs an account that accepted its terms. Nothing checks
    that a branch named as `revision` stays where it is: give a commit to pin the content.
    """

    id: str
    revision: str = "main"
    split: str = "train"
    gated: bool = True
    dev_share: float = 0.01
    test_share: float = 0.01

    def check(self) -> None:
        """Raise UserError for a gated data set without a token, unless the hub is offline."""
        self._held_out().check()
        if self.gated and not _is_offline() and not heavy("huggingface_hub").get_token():
            raise UserError(
                f"data.id: {self.id} is gated and HF_TOKEN is not set; {self._remedy()}"
            )

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, in the order of the data set.

        The first of several rows with one id is taken. Raises UserError without access.
        """
        return self._held_out().select(_first_of_each(self.id, self._problems()), split)

    def fingerprint(self) -> str:
        """Id, revision and split; the content itself is not hashed."""
        return f"{self.id}@{self.revision}:{self.split}"

    def _problems(self) -> Iterable[Problem]:
        datasets = heavy("datasets")
        try:
            rows = datasets.load_dataset(self.id, revision=self.revision, split=self.split)
        except (OSError, ValueError) as error:
            cause = " ".join(str(error).split())
            raise UserError(f"data.id: {self.id}: {cause}; {self._remedy()}") from None
        return (problem_from_row(row, f"{self.id}: row {i}") for i, row in enumerate(rows, 1))

    def _held_out(self) -> HeldOut:
        return HeldOut(dev=self.dev_share, test=self.test_share)

    def _remedy(self) -> str:
        page = f"https://huggingface.co/datasets/{self.id}"
        return f"accept its terms at {page} and set HF_TOKEN, or take data=starter"


def _is_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _first_of_each(name: str, problems: Iterable[Problem]) -> list[Problem]:
    first: dict[str, Problem] = {}
    repeated = 0
    for problem in problems:
        repeated += problem.id in first
        first.setdefault(problem.id, problem)
    if repeated:
        _logger.warning("%s: %d rows repeat an id and are left out", name, repeated)
    return list(first.values())
