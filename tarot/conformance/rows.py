"""Rows: programs and the verdicts that they are to get.

This module and the harness need nothing beyond the standard library, so that any interpreter, as
any user, can try a sandbox.
"""

from collections.abc import Set
from dataclasses import dataclass

from tarot.types import Verdict

# "seal" is for the input, which every sandbox keeps as it was.
LAYERS_OF_NEED: dict[str, frozenset[str] | None] = {
    "seccomp": frozenset({"seccomp"}),
    "landlock": frozenset({"landlock"}),
    "landlock4": frozenset({"landlock"}),
    "landlock6": frozenset({"landlock"}),
    "namespaces": frozenset({"namespaces"}),
    "mnt": frozenset({"namespaces", "landlock"}),
    "net": frozenset({"namespaces"}),
    "pidns": frozenset({"namespaces"}),
    "uid": frozenset({"uid"}),
    "seal": None,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A program with its test.

    One of `verdicts` is to be its own; with none of them any will do. `before` is a program that
    runs first. `needs` names what must stand between the program and the machine, any one of it.
    """

    name: str
    code: str
    expected: str
    stdin: str = ""
    verdicts: tuple[Verdict, ...] = ()
    why: str = ""
    needs: tuple[str, ...] = ()
    before: str | None = None

    def is_due(self, layers: Set[str]) -> bool:
        """Whether a sandbox with these layers must withstand the program."""
        stops = [LAYERS_OF_NEED[need] for need in self.needs]
        return not stops or any(stop is None or stop & layers for stop in stops)
