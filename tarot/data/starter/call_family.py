"""Short families in another form: a function that returns what the program would print."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tarot.data.starter.family import Mistake, Parameters, first_distinct
from tarot.data.starter.line_family import LineFamily
from tarot.types import TestCase, TestKind, Tier

_PRINTS = re.compile(r"^print\((?!\*)(.*)\)\Z", re.MULTILINE)
_WORD = re.compile(r'"([a-z]+)"')
_RETURNED = {"Print": "Return", "print": "return", "Output": "Return", "output": "return"}
_VERBS = re.compile(rf"\b({'|'.join(_RETURNED)})\b")


@dataclass(frozen=True, slots=True)
class CallFamily:
    """A family whose reference prints one value: the function `solve` returns it instead.

    Parameters, wordings and drawn values are the short family's own.
    """

    short: LineFamily

    @property
    def name(self) -> str:
        """The short family's name: the two share their parameters, split by split."""
        return self.short.name

    @property
    def topic(self) -> str:
        """What the task works on."""
        return self.short.topic

    @property
    def parameters(self) -> Sequence[Parameters]:
        """The short family's parameters."""
        return self.short.parameters

    @property
    def mistakes(self) -> Sequence[Mistake]:
        """Those of the short family's mistakes that print one value, at their end."""
        return [one for one in self.short.mistakes if _prints_one_value(one.program)]

    def statement(self, parameters: Parameters, wordings: slice, repeats: int, rng: Random) -> str:
        """The signature, one of a slice of the wordings, and the words that are to be strings."""
        tasks = self.short.wordings[wordings]
        task = tasks[(rng.randrange(len(tasks)) + repeats) % len(tasks)].format(**parameters)
        task = _VERBS.sub(lambda verb: _RETURNED[verb.group()], task)
        if "return" not in task.lower():
            task += " Return the answer."
        if words := _WORD.findall(self.short.reference):
            task += f" A word is returned as a string: {_quoted(words)}."
        return f"{self.short.shape.signature} {task}"

    def program(self, parameters: Parameters, mistake: Mistake | None = None) -> str:
        """The function `solve`, right or with a mistake, for one parameter."""
        source = mistake.program if mistake else self.short.reference
        body = _PRINTS.sub(r"return \1", source.format(**parameters))
        return f"def solve({self.short.shape.names}):\n{textwrap.indent(body, '    ')}\n"

    def tests(self, tier: Tier, parameters: Parameters, count: int, rng: Random) -> list[TestCase]:
        """Up to `count` different tests of a tier: a family has only so many edges."""
        shape = self.short.shape
        drawn = self.short.values(tier, parameters, 8 * count, rng)
        values = {f"solve({shape.arguments(value)})": value for value in drawn}
        return [
            TestCase(
                call,
                repr(self.short.solve(values[call], **parameters)),
                tier,
                TestKind.FUNCTION_CALL,
            )
            for call in first_distinct(values, count)
        ]


def can_be_called(family: LineFamily) -> bool:
    """Whether the reference prints one value, of which no wording says how a line shows it."""
    speaks_of_lines = any(re.search(r"\bline\b", wording) for wording in family.wordings)
    return _prints_one_value(family.reference) and not speaks_of_lines


def _prints_one_value(program: str) -> bool:
    return program.count("print(") == 1 and _PRINTS.search(program) is not None


def _quoted(words: Sequence[str]) -> str:
    return " or ".join(f'"{word}"' for word in words)
