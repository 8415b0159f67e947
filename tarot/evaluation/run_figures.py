"""What a run measured of held-out problems, as scores: of each tier, and of whole suites."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from tarot.capability import figure_scores, run_outcomes
from tarot.config.measuring import tiers_task
from tarot.config.schema import RunConfig
from tarot.config.validation import parse
from tarot.data import Split
from tarot.evaluation.scores import Score
from tarot.metrics import clustered_mean
from tarot.runs import RunDirectory
from tarot.types import UserError

When = Literal["before", "after"]

METRIC = "pass rate"
# How many there were narrows an interval; the prompt and the size of a batch are the run's affair.
_NO_CONDITIONS = ("problems", "samples", "seed", "prompt")


def run_figures(run: RunDirectory, when: When) -> dict[str, dict[str, Score]]:
    """By split and figure the scores of a finished run's model, before or after its training.

    A figure is a tier or `suite`; those of which no problem has a judged sample are absent. The
    score of a tier is the share of its tests passed. UserError if the run is not finished.
    """
    config = _parsed(run)
    figures: dict[str, dict[str, Score]] = {}
    for split, outcomes in run_outcomes(run, when).items():
        conditions = _conditions(config, run.data_fingerprint(), split)
        figures[split.value] = {
            name: _score(name, solved, config.evaluation.samples, conditions)
            for name, scores in figure_scores(outcomes).items()
            if (solved := {problem: samples for problem, samples in scores.items() if samples})
        }
    return figures


def restricted(score: Score, problems: Sequence[str]) -> Score:
    """The score of some of the problems that it lists alone."""
    solved = {problem: (score.solved or {})[problem] for problem in problems}
    value = clustered_mean(solved).mean
    return replace(score, value=value, num_problems=len(solved), solved=solved)


def _score(
    name: str, solved: Mapping[str, Sequence[float]], num_samples: int, inputs: Mapping[str, Any]
) -> Score:
    return Score(
        benchmark=name,
        metric=METRIC,
        value=clustered_mean(solved).mean,
        num_problems=len(solved),
        num_samples=num_samples,
        std_error=None,
        parts={},
        solved=solved,
        inputs=inputs,
    )


def _conditions(config: RunConfig, fingerprint: str, split: Split) -> dict[str, Any]:
    """What the figures depend on beside the model and its prompt."""
    described = tiers_task(config, "unseen" if split is Split.UNSEEN else None).described()
    kept = {key: value for key, value in described.items() if key not in _NO_CONDITIONS}
    del kept["sampling"]["batch_size"]
    return {"settings": {**kept, "data": fingerprint}}


def _parsed(run: RunDirectory) -> RunConfig:
    try:
        return parse(RunConfig, run.config())
    except UserError as error:
        raise UserError(f"{run.config_path}: {error}") from error
