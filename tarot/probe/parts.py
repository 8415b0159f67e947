"""Outcomes that come part by part and are kept as they come, so that going on repeats little."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tarot.capability import ProblemOutcomes, read_outcomes, write_outcomes
from tarot.runs import write_atomically
from tarot.types import Problem

Outcomes = tuple[ProblemOutcomes, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """`<name>.json` in a folder, and as long as that is not whole `<name>-<first problem>.json`."""

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        """The outcomes of all problems; the measurement is finished when this file is there."""
        return self.folder / f"{self.name}.json"

    def whole(self) -> Outcomes | None:
        """The outcomes of all problems, or None."""
        return _read(self.path)

    def part(self, start: int) -> Outcomes | None:
        """What is there of the problems from number `start` on, or None."""
        return _read(self._part_path(start))

    def keep_part(self, start: int, outcomes: Outcomes) -> None:
        """Put down the outcomes of the problems from number `start` on."""
        self.folder.mkdir(exist_ok=True)
        write_atomically(self._part_path(start), write_outcomes(outcomes).encode())

    def finish(self, outcomes: Outcomes) -> None:
        """Put down all outcomes, in place of the parts."""
        self.folder.mkdir(exist_ok=True)
        write_atomically(self.path, write_outcomes(outcomes).encode())
        for part in self.folder.glob(f"{self.name}-[0-9]*.json"):
            part.unlink()

    def fill(
        self,
        problems: Sequence[Problem],
        size: int,
        measure: Callable[[Sequence[Problem], int], Outcomes],
    ) -> Outcomes:
        """The outcomes of all problems, of which what is not there is measured.

        Args:
            problems: always the same, in the same order.
            size: how many problems are measured and kept at once.
            measure: takes the problems of a part and the number of the first of them.
        """
        known = self.whole()
        if known is not None:
            return known
        outcomes: Outcomes = ()
        for start in range(0, len(problems), size):
            part = self.part(start)
            if part is None:
                part = measure(problems[start : start + size], start)
                self.keep_part(start, part)
            outcomes += part
        self.finish(outcomes)
        return outcomes

    def _part_path(self, start: int) -> Path:
        return self.folder / f"{self.name}-{start:06d}.json"


def _read(path: Path) -> Outcomes | None:
    return read_outcomes(path.read_bytes()) if path.exists() else None
