"""Rows: programs and the verdicts that they are to get.

This module and the harness need nothing beyond the standard library, so that any interpreter, as
any user, can try a sandbox.
"""

from dataclasses import dataclass

from tarot.types import Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """A program with its test.

    One of `verdicts` is to be its own; with none of them any will do. It is due only behind one
    of the layers in `needs`, or anywhere without any. `before` is a program that runs first.
    """

    name: str
    code: str
    expected: str
    stdin: str = ""
    verdicts: tuple[Verdict, ...] = ()
    why: str = ""
    needs: tuple[str, ...] = ()
    before: str | None = None

    def is_met_by(self, verdict: Verdict) -> bool:
        """Whether a verdict is one of those that are right."""
        return not self.verdicts or verdict in self.verdicts
