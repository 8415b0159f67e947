"""Numbers about samples and steps: estimates with intervals, and the metrics of a training step."""

from tarot.metrics.estimates import Change, Estimate, clustered_mean, paired_difference
from tarot.metrics.pass_at_k import mean_pass_at_k, pass_at_k, pass_at_k_scores
from tarot.metrics.proportions import difference_of_means, paired_proportions, wilson
from tarot.metrics.shares import share_difference, solved_share
from tarot.metrics.smoothing import smoothed
from tarot.metrics.steps import StepBatch, step_metrics

__all__ = [
    "Change",
    "Estimate",
    "StepBatch",
    "clustered_mean",
    "difference_of_means",
    "mean_pass_at_k",
    "paired_difference",
    "paired_proportions",
    "pass_at_k",
    "pass_at_k_scores",
    "share_difference",
    "smoothed",
    "solved_share",
    "step_metrics",
    "wilson",
]
