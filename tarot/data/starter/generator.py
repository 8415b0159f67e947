"""Starter problems from families and a seed, in splits that share neither wording nor parameter."""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from random import Random

from tarot.data.source import Split
from tarot.data.starter.family import Family, Parameters
from tarot.types import Problem, Tier

WORDINGS: Mapping[Split, slice] = {
    Split.TRAIN: slice(0, -2),
    Split.DEV: slice(-2, -1),
    Split.TEST: slice(-1, None),
    Split.UNSEEN: slice(None),
}


def starter_problems(
    families: Sequence[Family],
    split: Split,
    num_problems: int,
    seed: int,
    tests_per_tier: int = 1,
) -> tuple[Problem, ...]:
    """The first `num_problems` of a split, family by family in turn; a longer set begins alike.

    Once all parameters of all families are used up they come again, in other words as long as
    there are any, with other tests.
    """
    queues = [(family, _shuffled(family, split, seed)) for family in families]
    longest = max(len(values) for _, values in queues)
    turns = (
        (family, values, repeats * len(values) + place)
        for repeats in itertools.count()
        for place in range(longest)
        for family, values in queues
        if place < len(values)
    )
    return tuple(
        _problem(family, values, split, (seed, turn), tests_per_tier)
        for family, values, turn in itertools.islice(turns, num_problems)
    )


def parameters_of(family: Family, split: Split) -> Sequence[Parameters]:
    """A split's share, the same for every seed: three fifths train, one fifth each dev and test."""
    values = list(family.parameters)
    _rng(family.name).shuffle(values)
    if split is Split.UNSEEN:
        return values
    fifth = len(values) // 5
    shares = {Split.DEV: values[:fifth], Split.TEST: values[fifth : 2 * fifth]}
    return shares.get(split, values[2 * fifth :])


def _shuffled(family: Family, split: Split, seed: int) -> list[Parameters]:
    values = list(parameters_of(family, split))
    _rng(family.name, split, seed).shuffle(values)
    return values


def _problem(
    family: Family,
    values: Sequence[Parameters],
    split: Split,
    number: tuple[int, int],
    count: int,
) -> Problem:
    seed, turn = number
    repeats, place = divmod(turn, len(values))
    parameters = values[place]
    rng = _rng(family.name, split, seed, place)
    statement = family.statement(parameters, WORDINGS[split], repeats, rng)
    if repeats:
        rng = _rng(family.name, split, seed, turn)
    tests = [test for tier in Tier for test in family.tests(tier, parameters, count, rng)]
    return Problem(
        id=f"starter/{family.name}/{split}-{seed:04d}-{turn:02d}",
        statement=statement,
        tests=tuple(tests),
        reference=family.program(parameters),
        family=family.name,
    )


def _rng(*key: object) -> Random:
    digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
    return Random(int.from_bytes(digest[:8]))
