"""Tests that one expected output may not do justice to: signs that a problem needs a checker.

The signs are words of the statement and the look of the expected outputs; a problem without any
may need a checker all the same, and one with them may not.
"""

import re
from collections.abc import Sequence

from tarot.grading.checkers import is_checker
from tarot.grading.comparators import Comparator
from tarot.types import Problem, TestCase

_ANY_ANSWER = re.compile(
    r"(?:any|one) of (?:them|these|those|the (?:valid|possible|correct|optimal))"
    r"|(?:multiple|several|more than one|many) (?:\w+ )?(?:answers|solutions|ways)"
    r"|(?:print|output|return) any\b"
    r"|any (?:valid|correct|optimal|order\b)"
    r"|in any order",
    re.IGNORECASE,
)
_TOLERANCE = re.compile(
    r"(?:absolute|relative) (?:or \w+ )?error"
    r"|10\s*(?:\^|\*\*)\s*\{?\s*[-\u2212\u2013]\s*\d"
    r"|\b1e-\d",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"(?<![\w.])[-+]?\d+\.\d{3,}(?![\w.])")


def needs_checker(problem: Problem) -> str | None:
    """Why a problem's tests may need a checker that they lack, or None without a sign of it."""
    bare = [test for test in problem.tests if not is_checker(test.checker)]
    if not bare:
        return None
    phrase = _ANY_ANSWER.search(problem.statement)
    if phrase:
        return f"the statement says {phrase.group()!r}: give it a checker program"
    return _tolerance_sign(problem.statement, [t for t in bare if t.checker != Comparator.FLOAT])


def _tolerance_sign(statement: str, exact: Sequence[TestCase]) -> str | None:
    if not exact:
        return None
    phrase = _TOLERANCE.search(statement)
    if phrase:
        return f'the statement says {phrase.group()!r}: give it the checker "float"'
    number = next((found for test in exact if (found := _DECIMAL.search(test.expected))), None)
    if number:
        return f'an expected output has {number.group()}: the checker "float" takes close numbers'
    return None
