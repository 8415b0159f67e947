"""Graded completions of a step, as on-line policies see them."""

from collections.abc import Mapping, Sequence

from tarot.types import Grade, GradedCompletion, Program, TestResult, Tier, TierWeights, Verdict

Passed = Mapping[Tier, bool | None]
"""Whether the one test of each tier is passed; None where the sandbox lost it."""

_VERDICTS = {
    True: Verdict.ACCEPTED,
    False: Verdict.WRONG_ANSWER,
    None: Verdict.INFRASTRUCTURE,
}


def graded(step: int, groups: Sequence[Sequence[Passed]]) -> list[GradedCompletion]:
    """The completions of a step, given what each of each group passed."""
    return [
        GradedCompletion(
            completion="",
            problem_id=f"p{number}",
            grade=Grade(
                Program(""),
                tuple(TestResult(tier, _VERDICTS[is_passed]) for tier, is_passed in one.items()),
            ),
            weights=TierWeights({}),
            step=step,
            group=number,
        )
        for number, group in enumerate(groups)
        for one in group
    ]
