"""What a model solves, measured with a prompt, a way to sample and a grader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from tarot.config.sampling import SamplingSettings, sampling_settings
from tarot.config.schema import PromptConfig
from tarot.probe.measure import Judge, measure
from tarot.probe.parts import Outcomes, Parts
from tarot.sampling import Sampler
from tarot.training.context import RunContext
from tarot.training.display import Advance
from tarot.training.stopping import check_judged
from tarot.types import Problem


@dataclass(frozen=True, slots=True)
class Measuring:
    """How problems are put to a model, how it answers them, and who judges the answers."""

    prompt: PromptConfig
    system_role: bool
    sampling: SamplingSettings
    grader: Judge
    max_unjudged_share: float

    @classmethod
    def of(cls, context: RunContext) -> "Measuring":
        """As a run measures its own model."""
        config = context.config
        return cls(
            config.prompt,
            config.model.system_role,
            sampling_settings(config),
            context.grader,
            config.grading.max_unjudged_share,
        )

    def solved(
        self,
        sampler: Sampler,
        problems: Sequence[Problem],
        *,
        samples: int,
        seed: int,
        on_progress: Callable[[int], None],
    ) -> Outcomes:
        """Outcomes of `samples` completions for each problem, in order.

        `on_progress` gets the number of problems done.

        Raises:
            Outage: if too many completions could not be judged.
        """
        outcomes = measure(
            sampler,
            problems,
            self.prompt,
            self.system_role,
            grader=self.grader,
            samples=samples,
            settings=self.sampling,
            seed=seed,
            on_progress=on_progress,
        )
        num_unjudged = sum(outcome.num_unjudged for outcome in outcomes)
        check_judged(num_unjudged / (len(outcomes) * samples), self.max_unjudged_share)
        return outcomes


def solved_in_parts(  # noqa: PLR0913
    measuring: Measuring,
    sampler: Sampler,
    problems: Sequence[Problem],
    parts: Parts,
    advance: Advance,
    *,
    samples: int,
    seed: int,
    completions_at_once: int,
) -> Outcomes:
    """The outcomes of all problems, in parts that are kept as they come.

    The seed of a part is `seed` and the number of its first problem, so that a measurement of
    fewer completions than `completions_at_once` is one draw.
    """

    def measure_part(part: Sequence[Problem], start: int) -> Outcomes:
        return measuring.solved(
            sampler,
            part,
            samples=samples,
            seed=seed + start,
            on_progress=partial(_tell, advance, start),
        )

    return parts.fill(problems, max(1, completions_at_once // samples), measure_part)


def drawn_problems(problems: Sequence[Problem], number: int | None, seed: int) -> list[Problem]:
    """So many of the problems, drawn by the seed, in their own order; None for all."""
    if number is None or number >= len(problems):
        return list(problems)
    rows = Random(seed).sample(range(len(problems)), number)
    return [problems[row] for row in sorted(rows)]


def _tell(advance: Advance, start: int, done: int) -> None:
    advance(start + done, "")
