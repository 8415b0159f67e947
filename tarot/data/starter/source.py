"""The starter set as a source of data."""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from tarot.data.source import Split
from tarot.data.starter.generator import num_available, starter_problems
from tarot.types import Problem, UserError


@dataclass(frozen=True, slots=True)
class StarterSource:
    """`num_problems` generated problems to train on, and `num_held_out` in each other split.

    `families` names those to train and test on, all by default; the unseen ones are others.
    Another seed draws other problems; the first ones stay the same when more are asked for.
    """

    families: Sequence[str] | None = None
    num_problems: int = 240
    num_held_out: int = 96
    seed: int = 0
    tests_per_tier: int = 1

    def check(self) -> None:
        """Raise UserError for a number that the families can't give."""
        if self.tests_per_tier < 1:
            raise UserError(f"data.tests_per_tier: {self.tests_per_tier}; at least 1 is needed")
        for split in Split:
            most = num_available(split, self.families)
            key = "num_problems" if split is Split.TRAIN else "num_held_out"
            if not 1 <= self._number(split) <= most:
                raise UserError(
                    f"data.{key}: {self._number(split)}; split {split} has 1 to {most} problems"
                )

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, family by family in turn."""
        return starter_problems(
            split, self._number(split), self.seed, self.tests_per_tier, self.families
        )

    def fingerprint(self) -> str:
        """A sha256 of the settings and of the generator's source."""
        digest = hashlib.sha256(repr(astuple(self)).encode())
        for file in sorted(Path(__file__).parent.glob("*.py")):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _number(self, split: Split) -> int:
        return self.num_problems if split is Split.TRAIN else self.num_held_out
