"""Starter problems from families and a seed, in splits that share neither wording nor parameter."""

import hashlib
from collections.abc import Sequence
from random import Random

from tarot.data.source import Split
from tarot.data.starter import integers, lists, text
from tarot.data.starter.family import Family, Parameters
from tarot.types import Problem, TestCase, Tier, UserError

TRAINED = (*integers.TRAINED, *lists.TRAINED, *text.TRAINED)
UNSEEN = (*integers.UNSEEN, *lists.UNSEEN, *text.UNSEEN)

_WORDINGS = {
    Split.TRAIN: slice(0, -2),
    Split.DEV: slice(-2, -1),
    Split.TEST: slice(-1, None),
    Split.UNSEEN: slice(None),
}


def starter_problems(
    split: Split,
    num_problems: int,
    seed: int,
    tests_per_tier: int = 1,
    families: Sequence[str] | None = None,
) -> tuple[Problem, ...]:
    """The first `num_problems` of a split, family by family in turn; a longer set begins alike.

    `families` names those to draw from, all by default; the unseen families are always all. No two
    problems share family and parameter. Raises UserError when the families have no more.
    """
    most = num_available(split, families)
    if not 1 <= num_problems <= most:
        raise UserError(
            f"{num_problems} starter problems asked of split {split}; choose 1 to {most}"
        )
    drawn_from = _families(split, families)
    queues = {family.name: _shuffled(family, split, seed) for family in drawn_from}
    turns = [
        (turn, family)
        for turn in range(max(map(len, queues.values())))
        for family in drawn_from
        if turn < len(queues[family.name])
    ]
    return tuple(
        _problem(family, queues[family.name][turn], split, (seed, turn), tests_per_tier)
        for turn, family in turns[:num_problems]
    )


def num_available(split: Split, families: Sequence[str] | None = None) -> int:
    """How many problems a split can give, whatever the seed."""
    return sum(len(parameters_of(family, split)) for family in _families(split, families))


def parameters_of(family: Family, split: Split) -> Sequence[Parameters]:
    """A split's share, the same for every seed: three fifths train, one fifth each dev and test."""
    values = list(family.parameters)
    _rng(family.name).shuffle(values)
    if split is Split.UNSEEN:
        return values
    fifth = len(values) // 5
    shares = {Split.DEV: values[:fifth], Split.TEST: values[fifth : 2 * fifth]}
    return shares.get(split, values[2 * fifth :])


def _families(split: Split, names: Sequence[str] | None) -> Sequence[Family]:
    """UserError for a name that no trained family has."""
    if split is Split.UNSEEN:
        return UNSEEN
    if names is None:
        return TRAINED
    known = [family.name for family in TRAINED]
    if not names or (strange := [name for name in names if name not in known]):
        raise UserError(
            f"data.families: {strange[0] if names else 'empty'!r} is no family to train on; "
            f"choose from {', '.join(known)}"
        )
    return [family for family in TRAINED if family.name in names]


def _shuffled(family: Family, split: Split, seed: int) -> list[Parameters]:
    values = list(parameters_of(family, split))
    _rng(family.name, split, seed).shuffle(values)
    return values


def _problem(
    family: Family, parameters: Parameters, split: Split, number: tuple[int, int], count: int
) -> Problem:
    seed, turn = number
    rng = _rng(family.name, split, seed, turn)
    opening = rng.choice(family.shape.openings[_WORDINGS[split]])
    wording = rng.choice(family.wordings[_WORDINGS[split]])
    return Problem(
        id=f"starter/{family.name}/{split}-{seed:04d}-{turn:02d}",
        statement=f"{opening} {wording.format(**parameters)}",
        tests=tuple(
            TestCase(f"{line}\n", family.expected(line, parameters), tier)
            for tier in Tier
            for line in family.inputs(tier, parameters, count, rng)
        ),
        reference=family.program(parameters),
        family=family.name,
    )


def _rng(*key: object) -> Random:
    digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
    return Random(int.from_bytes(digest[:8]))
