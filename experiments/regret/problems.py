"""The starter set put tersely, for a model too small to read English.

A statement such as "Print the largest number, or 36 if there are no numbers." becomes
`largest or 36`: the family's name and the numbers of the statement, each once and in order. Tests,
references and splits are the starter set's own: no constant of a held-out problem is trained on.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from tarot.data import Split, StarterSource
from tarot.types import Problem

NUMBER = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class TerseStarter(StarterSource):
    """`data=starter` with terse statements; for families whose parameters are numbers."""

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split, family by family in turn."""
        problems = StarterSource.load(self, split)
        return tuple(replace(problem, statement=terse(problem)) for problem in problems)

    def fingerprint(self) -> str:
        """A sha256 of the starter set's fingerprint and of this file."""
        digest = hashlib.sha256(StarterSource.fingerprint(self).encode())
        digest.update(Path(__file__).read_bytes())
        return digest.hexdigest()


def terse(problem: Problem) -> str:
    """The name of a starter problem's family and the different numbers of its statement."""
    name = problem.id.split("/")[1].replace("_", " ")
    return " ".join([name, *dict.fromkeys(NUMBER.findall(problem.statement))])
