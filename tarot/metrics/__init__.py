"""Numbers about samples and steps: estimates with intervals, and the metrics of a training step."""

from tarot.metrics.estimates import Estimate, clustered_mean, paired_difference
from tarot.metrics.smoothing import smoothed
from tarot.metrics.steps import StepBatch, step_metrics

__all__ = [
    "Estimate",
    "StepBatch",
    "clustered_mean",
    "paired_difference",
    "smoothed",
    "step_metrics",
]
