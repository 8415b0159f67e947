"""What a row comes to: a problem and the tests left out of it, or nothing that can be used."""

from collections.abc import Sequence
from dataclasses import dataclass

from tarot.types import Problem, UserError


class Unusable(UserError):
    """A whole row without a test that can be judged outside; `left_out` says why, test by test."""

    def __init__(self, message: str, left_out: Sequence[str] = ()) -> None:
        """Keep the tests beside the line."""
        super().__init__(message)
        self.left_out = tuple(left_out)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A problem, and a line for each test that could not be rewritten to be judged outside."""

    problem: Problem
    left_out: tuple[str, ...] = ()


def with_tests(problem: Problem, left_out: Sequence[str]) -> ReadRow:
    """The row of a problem; raises Unusable where nothing is left of its suite."""
    if not problem.tests:
        reason = left_out[0] if left_out else "the row has no tests"
        raise Unusable(f"no test that can be judged outside; {reason}", left_out)
    return ReadRow(problem, tuple(left_out))
