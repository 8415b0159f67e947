"""What benchmarks say of a checkpoint: running them, and the scores that they leave."""

from tarot.evaluation.benchmark import (
    Benchmark,
    BenchmarkFailure,
    Evaluation,
    Measured,
    Processes,
)
from tarot.evaluation.scores import Score, Subject, read_scores, read_subject, write_score
from tarot.evaluation.target import Target

__all__ = [
    "Benchmark",
    "BenchmarkFailure",
    "Evaluation",
    "Measured",
    "Processes",
    "Score",
    "Subject",
    "Target",
    "read_scores",
    "read_subject",
    "write_score",
]
