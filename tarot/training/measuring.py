"""What a model solves, measured with a run's own prompt, sampling and grading."""

from collections.abc import Callable, Sequence

from tarot.capability import ProblemOutcomes
from tarot.config.sampling import sampling_settings
from tarot.probe.measure import measure
from tarot.sampling import Sampler
from tarot.training.context import RunContext
from tarot.types import Problem


def solved(
    context: RunContext,
    sampler: Sampler,
    problems: Sequence[Problem],
    *,
    samples: int,
    seed: int,
    on_progress: Callable[[int], None],
) -> tuple[ProblemOutcomes, ...]:
    """Outcomes of `samples` completions for each problem, in order; `on_progress` gets the number.

    Raises:
        Outage: if too many completions could not be judged.
    """
    outcomes = measure(
        sampler,
        problems,
        context.config.prompt,
        context.config.model.system_role,
        grader=context.grader,
        samples=samples,
        settings=sampling_settings(context.config),
        seed=seed,
        on_progress=on_progress,
    )
    num_unjudged = sum(outcome.num_unjudged for outcome in outcomes)
    context.check_judged(num_unjudged / (len(outcomes) * samples))
    return outcomes
