"""Scores of benchmarks as a page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tarot.metrics import Estimate, clustered_mean
from tarot.report.intervals import in_words


@dataclass(frozen=True, slots=True)
class BenchmarkScore:
    """What one benchmark says of a run's checkpoint.

    `value` is a share in [0, 1]; `solved` has each problem's samples as 0 or 1, None where the
    benchmark keeps none.
    """

    benchmark: str
    value: float
    num_problems: int
    num_samples: int
    solved: Mapping[str, Sequence[float]] | None

    @property
    def estimate(self) -> Estimate | None:
        """The score with its interval over problems, where it can be told."""
        return clustered_mean(self.solved) if self.solved else None

    @property
    def text(self) -> str:
        """The score, with its interval or a word on why there is none."""
        known = self.estimate
        return (
            f"{self.value:.1%}, without the problems' results" if known is None else in_words(known)
        )


def score_rows(scores: Sequence[BenchmarkScore]) -> list[tuple[str, ...]]:
    """A row a benchmark."""
    return [
        (one.benchmark, one.text, f"{one.num_problems:,}", f"{one.num_samples:,}") for one in scores
    ]
