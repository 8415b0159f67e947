"""Measuring what a model solves: sampled, judged and counted per problem."""

from collections.abc import Callable, Sequence
from typing import Protocol

from tarot.capability import ProblemOutcomes
from tarot.config.sampling import SamplingSettings
from tarot.config.schema import PromptConfig
from tarot.prompts import build_prompt, keeps_format
from tarot.sampling import Completion, Sampler
from tarot.types import Grade, Problem


class Judge(Protocol):
    """What judges completions, as a Grader."""

    def grade(self, items: Sequence[tuple[Problem, str]]) -> list[Grade]:
        """The grade of each (problem, completion), in order."""


def measure(  # noqa: PLR0913
    sampler: Sampler,
    problems: Sequence[Problem],
    prompt: PromptConfig,
    system_role: bool,
    *,
    grader: Judge,
    samples: int,
    settings: SamplingSettings,
    seed: int,
    on_progress: Callable[[int], None] = lambda done: None,
) -> tuple[ProblemOutcomes, ...]:
    """Outcomes of `samples` completions for each problem, in the order of `problems`."""
    prompts = [build_prompt(problem, prompt, system_role) for problem in problems]
    drawn = sampler(prompts, samples, settings, seed, on_progress)
    items = [
        (problem, completion.text)
        for problem, completions in zip(problems, drawn, strict=True)
        for completion in completions
    ]
    grades = grader.grade(items)
    return tuple(
        ProblemOutcomes.of(
            problem.id,
            grades[row * samples : (row + 1) * samples],
            [completion.truncated for completion in drawn[row]],
            _formatted(drawn[row], prompt.format_pattern),
        )
        for row, problem in enumerate(problems)
    )


def _formatted(completions: Sequence[Completion], pattern: str | None) -> list[bool] | None:
    if pattern is None:
        return None
    return [keeps_format(completion.text, pattern) for completion in completions]
