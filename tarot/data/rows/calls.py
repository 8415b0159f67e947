"""Problems that ask for a function: how it is asked for, and the tests that call it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tarot.data.rows.literals import call_of, literal_of
from tarot.types import TestCase, TestKind

READS_STDIN = "Read the input from standard input and write the answer to standard output."
_CLASS = "class Solution"


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a name, by itself or as a method of `class Solution`."""

    name: str
    is_method: bool

    @classmethod
    def in_sources(cls, name: str, *sources: str) -> Self:
        """The function as the starter code, or else a solution, declares it."""
        declaration = re.compile(rf"def\s+{re.escape(name)}\s*\(")
        declaring = next((source for source in sources if declaration.search(source)), None)
        return cls(name, _CLASS in ("".join(sources) if declaring is None else declaring))

    @property
    def task(self) -> str:
        """The sentence that asks for it."""
        place = " of a class named `Solution`" if self.is_method else ""
        kind = "method" if self.is_method else "function"
        return f"Write a {kind} named `{self.name}`{place}; it returns the answer."

    def test(self, arguments: Sequence[object], expected: object) -> TestCase:
        """The test that a call gives a value; raises NotLiteral where one has no literal."""
        owner = "Solution()." if self.is_method else ""
        return call_test(call_of(f"{owner}{self.name}", arguments), expected)


def call_test(call: str, expected: object, checker: str | None = None) -> TestCase:
    """The test that a call gives a value; raises NotLiteral for a value without a literal.

    A dict is asked for as one, since a Counter or the like is equal to it and has no literal.
    """
    call = f"{{**{call}}}" if isinstance(expected, dict) else call
    return TestCase(call, literal_of(expected), None, TestKind.FUNCTION_CALL, checker)


def statement_of(question: str, task: str, starter_code: str) -> str:
    """A question, what is to be handed in, and the code that it begins with."""
    parts = [question.strip(), task]
    if starter_code.strip():
        parts.append(
            "Begin with this code, and import whatever it uses:\n\n"
            f"```python\n{starter_code.strip()}\n```"
        )
    return "\n\n".join(parts)
