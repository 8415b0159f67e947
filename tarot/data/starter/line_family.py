"""Families of short tasks on one line of input, in reach of a model of 135M parameters."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tarot.data.starter.family import Mistake, Parameters, first_distinct
from tarot.types import TestCase, Tier


@dataclass(frozen=True, slots=True)
class Shape:
    """What the input of a task looks like, with its random values per tier.

    `read` begins a reference solution, `openings` begin a statement. `draw` makes an input from
    the tier and the family's telling values, `parse` and `dump` are its way from and to a line.
    As a function, `signature` begins a statement, and `names` and `arguments` are what it takes.
    """

    topic: str
    read: str
    openings: tuple[str, ...]
    draw: Callable[[Tier, Sequence[Any], Random], Any]
    parse: Callable[[str], Any]
    dump: Callable[[Any], str]
    signature: str
    names: str
    arguments: Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFamily:
    """One task; wordings, reference and mistakes are `str.format` templates of a parameter's names.

    `solve` is the oracle that makes the expected outputs, written apart from the reference.
    The functions named after tiers give the values that tell right from nearly right: `edge`
    whole inputs, the others values that the shape picks from or mixes into random ones; the
    complex tier takes those of both smaller ones.
    """

    name: str
    shape: Shape
    parameters: Sequence[Parameters]
    wordings: tuple[str, ...]
    reference: str
    solve: Callable[..., object]
    basic: Callable[..., Sequence[Any]]
    intermediate: Callable[..., Sequence[Any]]
    edge: Callable[..., Sequence[Any]]
    mistakes: tuple[Mistake, ...]

    @property
    def topic(self) -> str:
        """What the task works on."""
        return self.shape.topic

    def statement(self, parameters: Parameters, wordings: slice, repeats: int, rng: Random) -> str:
        """An opening and a wording, both of the slice; `repeats` takes as many steps to others."""
        openings, tasks = self.shape.openings[wordings], self.wordings[wordings]
        first = rng.randrange(len(openings)) * len(tasks) + rng.randrange(len(tasks))
        ways = list(itertools.product(openings, tasks))
        opening, wording = ways[(first + repeats) % len(ways)]
        return f"{opening} {wording.format(**parameters)}"

    def program(self, parameters: Parameters, mistake: Mistake | None = None) -> str:
        """The reference solution, or the program that has a mistake, for one parameter."""
        source = mistake.program if mistake else self.reference
        return self.shape.read + source.format(**parameters)

    def tests(self, tier: Tier, parameters: Parameters, count: int, rng: Random) -> list[TestCase]:
        """Up to `count` different tests of a tier: a family has only so many edges."""
        values = self.values(tier, parameters, 8 * count, rng)
        return [
            TestCase(f"{line}\n", f"{self.solve(self.shape.parse(line), **parameters)}\n", tier)
            for line in first_distinct(map(self.shape.dump, values), count)
        ]

    def values(self, tier: Tier, parameters: Parameters, tries: int, rng: Random) -> Iterable[Any]:
        """Inputs of a tier as values, drawn one by one; `tries` of them, or all the edges."""
        if tier is Tier.EDGE:
            return self.edge(**parameters)
        telling = self._telling(tier, parameters)
        return (self.shape.draw(tier, telling, rng) for _ in range(tries))

    def _telling(self, tier: Tier, parameters: Parameters) -> Sequence[Any]:
        basic = self.basic(**parameters) if tier is not Tier.INTERMEDIATE else ()
        intermediate = self.intermediate(**parameters) if tier is not Tier.BASIC else ()
        return [*basic, *intermediate]
