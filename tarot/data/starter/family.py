"""What a family of starter problems is: one task, many parameters, several wordings."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random
from typing import Protocol

from tarot.types import TestCase, Tier

Parameters = Mapping[str, int | str]

BEYOND_BASIC = frozenset(Tier) - {Tier.BASIC}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong program of a kind that models write, and the tiers whose tests it fails, no other.

    `program` is written as the family's reference is; `what` says what is wrong with it.
    """

    what: str
    program: str
    fails: AbstractSet[Tier]

    @property
    def caught_by(self) -> Tier:
        """The lowest tier that tells it from a right program."""
        return next(tier for tier in Tier if tier in self.fails)


class Family(Protocol):
    """One task; a problem of it is a parameter, a wording and drawn tests."""

    @property
    def name(self) -> str:
        """Unique among all families."""

    @property
    def topic(self) -> str:
        """What the task works on."""

    @property
    def parameters(self) -> Sequence[Parameters]:
        """All that there are; splits divide them among themselves."""

    @property
    def mistakes(self) -> Sequence[Mistake]:
        """Wrong programs that the family's suites tell from right ones."""

    def statement(self, parameters: Parameters, wordings: slice, repeats: int, rng: Random) -> str:
        """The task in one of a slice of its wordings, in another one for another `repeats`."""

    def program(self, parameters: Parameters, mistake: Mistake | None = None) -> str:
        """The reference solution, or the program that has a mistake, for one parameter."""

    def tests(self, tier: Tier, parameters: Parameters, count: int, rng: Random) -> list[TestCase]:
        """Up to `count` different tests of a tier: a family has only so many edges."""


def each(**domains: Iterable[int | str]) -> tuple[Parameters, ...]:
    """Every combination of the named domains, but those that repeat a value."""
    rows = itertools.product(*domains.values())
    return tuple(dict(zip(domains, row, strict=True)) for row in rows if len(set(row)) == len(row))


def each_two(values: Iterable[int | str]) -> tuple[Parameters, ...]:
    """Every two of the values, as `c` and `d`, for tasks that take them in either order."""
    return tuple({"c": c, "d": d} for c, d in itertools.combinations(values, 2))


def first_distinct(values: Iterable[str], count: int) -> list[str]:
    """The first `count` different values, or as many as there are; no more of them are drawn."""
    found: dict[str, None] = {}
    for value in values:
        found[value] = None
        if len(found) == count:
            break
    return list(found)
