"""What a source of problems offers, and how one without splits of its own is divided."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tarot.types import Problem, UserError


class Split(StrEnum):
    """What problems are for: to train on, to tune on, to report on.

    `unseen` are reported too: problems of families that no other split has.
    """

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"
    UNSEEN = "unseen"


class DataSource(Protocol):
    """Problems by split, and a hash of them."""

    def check(self) -> None:
        """Raise UserError for what can be seen to be wrong without a network."""

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, always the same in the same order; empty without any."""

    def fingerprint(self) -> str:
        """A hash of the content, which changes whenever a problem does."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The shares of problems that are kept from training; which ones depends on their ids alone."""

    dev: float
    test: float

    def check(self) -> None:
        """Raise UserError for shares that leave nothing to train on."""
        if min(self.dev, self.test) < 0 or self.dev + self.test >= 1:
            raise UserError(
                f"data.dev_share, data.test_share: {self.dev} and {self.test}; "
                "each is at least 0, and together they are less than 1"
            )

    def select(self, problems: Iterable[Problem], split: Split) -> tuple[Problem, ...]:
        """The problems of one split, in their order."""
        return tuple(problem for problem in problems if self._split_of(problem.id) is split)

    def _split_of(self, problem_id: str) -> Split:
        digest = hashlib.sha256(problem_id.encode()).digest()
        place = int.from_bytes(digest[:8]) / 2**64
        if place < self.test:
            return Split.TEST
        return Split.DEV if place < self.test + self.dev else Split.TRAIN
