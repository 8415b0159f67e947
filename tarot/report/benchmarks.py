"""Scores of benchmarks as a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tarot.metrics import Estimate
from tarot.report.intervals import in_words


@dataclass(frozen=True, slots=True)
class BenchmarkScore:
    """What one benchmark says of a run's checkpoint, with its interval over problems."""

    benchmark: str
    estimate: Estimate
    num_samples: int


def score_rows(scores: Sequence[BenchmarkScore]) -> list[tuple[str, ...]]:
    """A row a benchmark."""
    return [
        (
            one.benchmark,
            in_words(one.estimate),
            f"{one.estimate.num_clusters:,}",
            f"{one.num_samples:,}",
        )
        for one in scores
    ]
