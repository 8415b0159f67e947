"""What benchmarks say of a checkpoint: running them, and the scores that they leave."""

from tarot.evaluation.benchmark import (
    Benchmark,
    BenchmarkFailure,
    Evaluation,
    Measured,
    Processes,
)
from tarot.evaluation.claims import (
    Basis,
    Claim,
    claim,
    claim_difference,
    difference_of_scores,
    estimate_of,
)
from tarot.evaluation.scores import Score, Subject, read_scores, read_subject, write_score
from tarot.evaluation.target import Target

__all__ = [
    "Basis",
    "Benchmark",
    "BenchmarkFailure",
    "Claim",
    "Evaluation",
    "Measured",
    "Processes",
    "Score",
    "Subject",
    "Target",
    "claim",
    "claim_difference",
    "difference_of_scores",
    "estimate_of",
    "read_scores",
    "read_subject",
    "write_score",
]
