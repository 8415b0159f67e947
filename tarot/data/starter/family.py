"""A family of starter problems: one task, many parameters, several wordings."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tarot.types import Tier

Parameters = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the input of a task looks like, with its random values per tier.

    `read` begins a reference solution, `openings` begin a statement. `draw` makes an input from
    the tier and the family's telling values, `parse` and `dump` are its way from and to a line.
    """

    topic: str
    read: str
    openings: tuple[str, ...]
    draw: Callable[[Tier, Sequence[Any], Random], Any]
    parse: Callable[[str], Any]
    dump: Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One task; wordings and reference are `str.format` templates of a parameter's names.

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

    @property
    def topic(self) -> str:
        """What the task works on."""
        return self.shape.topic

    def program(self, parameters: Parameters) -> str:
        """The reference solution for one parameter."""
        return self.shape.read + self.reference.format(**parameters)

    def expected(self, line: str, parameters: Parameters) -> str:
        """What a right program prints for the input line."""
        return f"{self.solve(self.shape.parse(line), **parameters)}\n"

    def inputs(self, tier: Tier, parameters: Parameters, count: int, rng: Random) -> list[str]:
        """Up to `count` different input lines of a tier: a family has only so many edges."""
        lines: dict[str, None] = {}
        for value in self._values(tier, parameters, 8 * count, rng):
            lines[self.shape.dump(value)] = None
            if len(lines) == count:
                break
        return list(lines)

    def _values(self, tier: Tier, parameters: Parameters, tries: int, rng: Random) -> Iterable[Any]:
        if tier is Tier.EDGE:
            return self.edge(**parameters)
        telling = self._telling(tier, parameters)
        return (self.shape.draw(tier, telling, rng) for _ in range(tries))

    def _telling(self, tier: Tier, parameters: Parameters) -> Sequence[Any]:
        basic = self.basic(**parameters) if tier is not Tier.INTERMEDIATE else ()
        intermediate = self.intermediate(**parameters) if tier is not Tier.BASIC else ()
        return [*basic, *intermediate]


def each(**domains: Iterable[int | str]) -> tuple[Parameters, ...]:
    """Every combination of the named domains, but those that repeat a value."""
    rows = itertools.product(*domains.values())
    return tuple(dict(zip(domains, row, strict=True)) for row in rows if len(set(row)) == len(row))


def each_two(values: Iterable[int | str]) -> tuple[Parameters, ...]:
    """Every two of the values, as `c` and `d`, for tasks that take them in either order."""
    return tuple({"c": c, "d": d} for c, d in itertools.combinations(values, 2))
