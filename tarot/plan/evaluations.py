"""What the evaluations while training take of a run's time."""

from dataclasses import dataclass

from tarot.config.sampling import completion_limit
from tarot.config.schema import RunConfig
from tarot.plan.effort import count_step, generated_tokens_per_s, generating_gpus, time_step

MAX_TIME_SHARE = 0.05
REMEDY = "raise eval.every, or lower eval.problems or eval.samples"


@dataclass(frozen=True, slots=True)
class PlannedEvaluations:
    """`number` evaluations, None where a run's steps are unknown, of so many completions each.

    `seconds` are those of one, None on a CPU, where `time_share` is the most that it can be: that
    of an evaluation in the completions that are drawn, of which training takes further time.
    """

    number: int | None
    completions: int
    seconds: float | None
    time_share: float


def plan_evaluations(
    config: RunConfig, num_steps: int | None, tests_per_problem: float | None
) -> PlannedEvaluations | None:
    """The evaluations of a run at the rates of its plan; None where it has none."""
    settings = config.eval
    if settings is None or settings.every is None:
        return None
    number = None if num_steps is None else num_steps // settings.every
    completions = settings.problems * settings.samples
    if number == 0:
        return PlannedEvaluations(0, completions, None, 0.0)
    if config.hardware.device == "cpu":
        others = settings.every * count_step(config).generated
        return PlannedEvaluations(number, completions, None, completions / (completions + others))
    tokens = completions * (config.rates.completion_tokens or completion_limit(config))
    seconds = tokens / (generated_tokens_per_s(config) * generating_gpus(config))
    seconds += completions * (tests_per_problem or 0.0) / config.rates.programs_per_s
    training = settings.every * time_step(config, tests_per_problem).total
    return PlannedEvaluations(number, completions, seconds, seconds / (seconds + training))
