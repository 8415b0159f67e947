"""The starter set for a model too small to read English, which learns some mistakes on the way.

A statement such as "How many letters of the line are a or b?" becomes `count either a b`: the
family's name and the problem's parameters. Tests and splits are the starter set's own: no parameter
of a held-out problem is trained on. In the place of some reference solutions of the training
problems, which the cold start imitates, stands a mistake of the family's, which passes some tiers
and fails others. So the model starts with right and wrong ways, and GRPO has something to choose
from.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from tarot.data import Split, StarterSource
from tarot.data.starter.catalogue import families_of
from tarot.data.starter.family import Family, Parameters
from tarot.data.starter.generator import parameters_of
from tarot.types import Problem, TestKind


@dataclass(frozen=True, slots=True)
class TerseStarter(StarterSource):
    """`data=starter` with terse statements, and mistakes in `wrong_share` of what is imitated."""

    wrong_share: float = 0.0

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, family by family in turn."""
        names = self.unseen_families if split is Split.UNSEEN else self.families
        families = {one.name: one for one in families_of(split, TestKind(self.form), names)}
        return tuple(
            self._terse(problem, families[str(problem.family)], split)
            for problem in StarterSource.load(self, split)
        )

    def fingerprint(self) -> str:
        """A sha256 of the starter set's fingerprint and of this file."""
        digest = hashlib.sha256(StarterSource.fingerprint(self).encode())
        digest.update(Path(__file__).read_bytes())
        return digest.hexdigest()

    def _terse(self, problem: Problem, family: Family, split: Split) -> Problem:
        parameters = parameters_behind(problem, family, split)
        statement = " ".join([family.name.replace("_", " "), *map(str, parameters.values())])
        draw = Random(problem.id)
        if split is not Split.TRAIN or draw.random() >= self.wrong_share:
            return replace(problem, statement=statement)
        wrong = family.program(parameters, draw.choice(family.mistakes))
        return replace(problem, statement=statement, reference=wrong)


def parameters_behind(problem: Problem, family: Family, split: Split) -> Parameters:
    """The parameters whose program is the problem's reference solution."""
    programs = ((one, family.program(one)) for one in parameters_of(family, split))
    return next(one for one, program in programs if program == problem.reference)
