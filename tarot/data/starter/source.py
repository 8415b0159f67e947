"""The starter set as a source of data."""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path

from tarot.data.source import Split, counted
from tarot.data.starter.catalogue import families_of, files_of
from tarot.data.starter.family import Family
from tarot.data.starter.generator import starter_problems
from tarot.types import Problem, TestKind, UserError, WithinTier


@dataclass(frozen=True, slots=True)
class StarterSource:
    """`num_problems` generated problems to train on, and `num_held_out` in each other split.

    `families` names those to train and test on, `unseen_families` those of the unseen split, all
    by default. As a `function_call` a problem asks for a function; some families have that form.
    `within_tier` says what a tier with several tests gives.
    Another seed draws other problems; the first ones stay the same when more are asked for.
    """

    families: Sequence[str] | None = None
    num_problems: int = 240
    num_held_out: int = 96
    seed: int = 0
    tests_per_tier: int = 1
    unseen_families: Sequence[str] | None = None
    form: TestKind = TestKind.STDIN_STDOUT
    within_tier: WithinTier = WithinTier.MEAN

    def check(self) -> None:
        """Raise UserError for a family that does not exist and for numbers below 1."""
        for key in ("num_problems", "num_held_out", "tests_per_tier"):
            if getattr(self, key) < 1:
                raise UserError(f"data.{key}: {getattr(self, key)}; at least 1 is needed")
        for split in Split:
            self._families(split)

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, family by family in turn."""
        number = self.num_problems if split is Split.TRAIN else self.num_held_out
        names = tuple(family.name for family in self._families(split))
        kind = TestKind(self.form)
        problems = _problems(names, kind, split, number, self.seed, self.tests_per_tier)
        return counted(problems, self.within_tier)

    def fingerprint(self) -> str:
        """A sha256 of the settings and of the source of the generator and the families in use."""
        digest = hashlib.sha256(repr(astuple(self)).encode())
        families = [one for split in Split for one in self._families(split)]
        for file in (*_shared_files(), *files_of(families)):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _families(self, split: Split) -> tuple[Family, ...]:
        names = self.unseen_families if split is Split.UNSEEN else self.families
        return families_of(split, TestKind(self.form), names)


@lru_cache(maxsize=4)
def _problems(
    names: tuple[str, ...],
    form: TestKind,
    split: Split,
    number: int,
    seed: int,
    tests_per_tier: int,
) -> tuple[Problem, ...]:
    """Made once in a process, which takes seconds for some hundred."""
    families = families_of(split, form, names)
    return starter_problems(families, split, number, seed, tests_per_tier)


def _shared_files() -> list[Path]:
    """The files that make problems of whatever family."""
    here = Path(__file__).parent
    names = ("family", "line_family", "call_family", "contest/family", "shapes", "generator")
    return [here / f"{name}.py" for name in names]
