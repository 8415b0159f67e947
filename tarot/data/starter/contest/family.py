"""Families of tasks such as contests set: several lines of input, and an algorithm to find."""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tarot.data.starter.family import Mistake, Parameters, first_distinct
from tarot.types import TestCase, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestFamily:
    """One task; its statements are `str.format` templates of a parameter's names.

    Reference and mistakes are plain Python programs, which find each parameter in a constant of
    its name in capitals. `solve` is the oracle: it makes the expected output from the text of an
    input and the parameters, by another way than the reference. `draw` makes an input's text for
    a tier below `edge`, `edges` gives all of the edge tier.
    """

    name: str
    topic: str
    parameters: Sequence[Parameters]
    statements: tuple[str, ...]
    reference: str
    mistakes: tuple[Mistake, ...]
    solve: Callable[..., object]
    draw: Callable[..., str]
    edges: Callable[..., Sequence[str]]

    def statement(self, parameters: Parameters, wordings: slice, repeats: int, rng: Random) -> str:
        """One of a slice of the statements; `repeats` takes as many steps to others."""
        statements = self.statements[wordings]
        statement = statements[(rng.randrange(len(statements)) + repeats) % len(statements)]
        return textwrap.dedent(statement).strip().format(**parameters)

    def program(self, parameters: Parameters, mistake: Mistake | None = None) -> str:
        """The reference solution, or the program that has a mistake, for one parameter."""
        constants = "".join(f"{name.upper()} = {value!r}\n" for name, value in parameters.items())
        source = mistake.program if mistake else self.reference
        return constants + textwrap.dedent(source).strip() + "\n"

    def tests(self, tier: Tier, parameters: Parameters, count: int, rng: Random) -> list[TestCase]:
        """Up to `count` different tests of a tier: a family has only so many edges."""
        return [
            TestCase(text, f"{self.solve(text, **parameters)}\n", tier)
            for text in first_distinct(self._inputs(tier, parameters, 8 * count, rng), count)
        ]

    def _inputs(self, tier: Tier, parameters: Parameters, tries: int, rng: Random) -> Iterator[str]:
        if tier is Tier.EDGE:
            yield from self.edges(**parameters)
            return
        for _ in range(tries):
            yield self.draw(tier, rng, **parameters)


def lines(*rows: object) -> str:
    """The text of an input, a row a line; the values of a row that is no text are spaced."""
    return "".join(f"{_line(row)}\n" for row in rows)


def _line(row: object) -> str:
    if isinstance(row, Iterable) and not isinstance(row, str):
        return " ".join(map(str, row))
    return str(row)
