"""A source of data that says by itself which of its problems are the same task."""

import json
from collections.abc import Mapping

from tarot.data import Split
from tarot.types import Problem


class ListedSource:
    """Problems by split and id with their statements, and nothing else of them."""

    def __init__(self, statements: Mapping[str, Mapping[str, str]]) -> None:
        self._statements = statements

    def check(self) -> None:
        """Nothing can be wrong."""

    def load(self, split: Split) -> tuple[Problem, ...]:
        """The problems of a split."""
        items = self._statements[split].items()
        return tuple(Problem(key, text, tests=(), reference=None) for key, text in items)

    def fingerprint(self) -> str:
        """The statements as JSON."""
        return json.dumps(self._statements, sort_keys=True)
