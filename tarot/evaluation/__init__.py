"""What benchmarks say of a checkpoint: running them, and the scores that they leave."""

from tarot.evaluation.scores import Score, Subject, read_scores, read_subject, write_score

__all__ = ["Score", "Subject", "read_scores", "read_subject", "write_score"]
