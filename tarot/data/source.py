"""What a source of problems offers, and how one without splits of its own is divided."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Protocol

from tarot.types import Problem, UserError, WithinTier


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


def counted(problems: Iterable[Problem], within_tier: WithinTier | str) -> tuple[Problem, ...]:
    """The problems, whose tiers with several tests give what a source is set to."""
    kind = WithinTier(within_tier)
    if kind is WithinTier.MEAN:
        return tuple(problems)
    return tuple(replace(problem, within_tier=kind) for problem in problems)


def changed_settings(source: Any, *names: str) -> dict[str, object]:
    """Those of a dataclass's fields, among the named ones, that are not at their default."""
    values = {field.name: (getattr(source, field.name), field.default) for field in fields(source)}
    return {name: values[name][0] for name in names if values[name][0] != values[name][1]}


def fingerprint_of(content: str, settings: Mapping[str, object]) -> str:
    """A hash of the content and of settings that change what is made of it.

    It is the content's own where nothing is set.
    """
    if not settings:
        return content
    return hashlib.sha256(json.dumps([content, settings], sort_keys=True).encode()).hexdigest()
