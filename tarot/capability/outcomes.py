"""What k samples of a model did on each problem: counts of joint patterns.

A pattern is the tiers that a sample passed, whether it kept the format and whether it was cut
off, taken together. The patterns are the data. Tier means are a display of them and lose what
decides the variance inside a group: which tiers pass together, and how much problems differ.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import TypeAdapter

from tarot.metrics import Estimate, clustered_mean
from tarot.types import Grade, Tier

SUITE = "suite"
"""The name of the figure of all tiers of a problem at once, beside those of the tiers."""


@dataclass(frozen=True, slots=True)
class PatternCount:
    """How many judged samples had exactly these shares of accepted tests per tier, and this form.

    `formatted` says whether they kept the prompt's format, None where it asks for none;
    `truncated` whether they were cut off. Both are None in files from before they were kept.
    """

    passes: Mapping[Tier, float]
    count: int
    formatted: bool | None = None
    truncated: bool | None = None


@dataclass(frozen=True, slots=True)
class ProblemOutcomes:
    """The samples of one problem.

    `patterns` counts the judged samples; those without code are among them, with nothing
    passed. `num_unjudged` samples were lost to the infrastructure.
    """

    problem_id: str
    patterns: tuple[PatternCount, ...]
    num_no_code: int = 0
    num_truncated: int = 0
    num_unjudged: int = 0

    @classmethod
    def of(
        cls,
        problem_id: str,
        grades: Sequence[Grade],
        truncated: Sequence[bool],
        formatted: Sequence[bool] | None,
    ) -> Self:
        """Count the samples of one problem, of which some were cut off or kept the format."""
        forms = [None] * len(grades) if formatted is None else formatted
        samples = zip(grades, forms, truncated, strict=True)
        judged = [sample for sample in samples if sample[0].is_judged]
        counts = Counter((tuple(grade.passes().items()), form, cut) for grade, form, cut in judged)
        return cls(
            problem_id,
            tuple(
                PatternCount(dict(passes), counts[passes, form, cut], form, cut)
                for passes, form, cut in sorted(counts)
            ),
            num_no_code=sum(grade.program is None for grade, _, _ in judged),
            num_truncated=sum(truncated),
            num_unjudged=len(grades) - len(judged),
        )

    @property
    def num_judged(self) -> int:
        """Samples that the patterns count."""
        return sum(pattern.count for pattern in self.patterns)


_ADAPTER = TypeAdapter(tuple[ProblemOutcomes, ...])


def write_outcomes(outcomes: Sequence[ProblemOutcomes]) -> str:
    """The outcomes as JSON."""
    return _ADAPTER.dump_json(tuple(outcomes), indent=1).decode()


def read_outcomes(text: str | bytes) -> tuple[ProblemOutcomes, ...]:
    """The outcomes that `write_outcomes` wrote; pydantic's ValidationError for other text."""
    return _ADAPTER.validate_json(text)


def tier_means(outcomes: Sequence[ProblemOutcomes]) -> dict[Tier, Estimate]:
    """Pass rate per tier with its 95% interval; tiers that no problem has are absent."""
    samples = {tier: tier_scores(outcomes, tier) for tier in Tier}
    return {tier: clustered_mean(found) for tier, found in samples.items() if any(found.values())}


def tier_scores(outcomes: Sequence[ProblemOutcomes], tier: Tier) -> dict[str, list[float]]:
    """Per problem, the share of the tier's tests that each judged sample passed.

    The list is empty for a problem that lacks the tier.
    """
    return _scores(outcomes, lambda passes: passes.get(tier))


def suite_scores(outcomes: Sequence[ProblemOutcomes]) -> dict[str, list[float]]:
    """Per problem, 1 or 0 for each judged sample: whether it passed every tier in full."""
    return _scores(outcomes, lambda passes: float(min(passes.values()) == 1) if passes else None)


def figure_scores(outcomes: Sequence[ProblemOutcomes]) -> dict[str, dict[str, list[float]]]:
    """The scores of each tier by its name and, as `suite`, of whole suites."""
    tiers = {tier.value: tier_scores(outcomes, tier) for tier in Tier}
    return {**tiers, SUITE: suite_scores(outcomes)}


def _scores(
    outcomes: Sequence[ProblemOutcomes], score: Callable[[Mapping[Tier, float]], float | None]
) -> dict[str, list[float]]:
    return {
        problem.problem_id: [
            value
            for pattern in problem.patterns
            if (value := score(pattern.passes)) is not None
            for _ in range(pattern.count)
        ]
        for problem in outcomes
    }
