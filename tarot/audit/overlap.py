"""Statements that share text with another collection, such as an evaluation benchmark.

Two texts overlap where eight words in a row are the same, letter case, digits' neighbours and
punctuation aside; eight is long enough to pass over stock phrases of most statements, and short
enough to find a problem whose story was changed. What is said in other words is not found.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tarot.types import Problem

NUM_WORDS = 8

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Overlap:
    """The item of a collection that has most of a statement, and the share of it that it has."""

    item: str
    share: float


class OverlapIndex:
    """Hashes of every eight words of the collections that were added."""

    def __init__(self) -> None:
        """Begin with none."""
        self._items: list[str] = []
        self._owners: dict[int, int] = {}

    def add(self, collection: str, problems: Iterable[Problem]) -> None:
        """Take in the statements of a collection; the first that has a text owns it."""
        for problem in problems:
            number = len(self._items)
            self._items.append(f"{collection}: {problem.id}")
            for gram in grams(problem.statement):
                self._owners.setdefault(gram, number)

    def find(self, statement: str) -> Overlap | None:
        """The item that shares most with a statement, or None where none shares anything."""
        own = grams(statement)
        owners = [self._owners[gram] for gram in own if gram in self._owners]
        if not owners:
            return None
        best = min(set(owners), key=lambda owner: (-owners.count(owner), owner))
        return Overlap(self._items[best], owners.count(best) / len(own))


def grams(text: str) -> set[int]:
    """A hash of every eight words in a row; of a shorter text, of all its words."""
    words = _WORD.findall(text.casefold())
    if not words:
        return set()
    return {
        hash(tuple(words[start : start + NUM_WORDS]))
        for start in range(max(1, len(words) - NUM_WORDS + 1))
    }
