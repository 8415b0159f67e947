"""The code part of the published `code_rewards_binary.py`, which its name calls binary."""

from tarot.types import GradedCompletion, Verdict


class PassedPart:
    """Tests passed, over the number of tiers: up to 1, and 1.25 with a test that has no tier.

    Every tier counts from the start, whatever the weights. The published code divides by four: its
    data have four tiers of one test each, and a fifth test without a label, which it counts but in
    the first completion of each process's batch; here it counts in all.
    """

    def __call__(self, completion: GradedCompletion) -> float | None:
        """The part's value; None for a problem without a tier, as other rewards give it."""
        tiers = completion.grade.passes()
        if not tiers:
            return None
        untiered = [result for result in completion.grade.results if result.tier is None]
        passed = sum(result.verdict is Verdict.ACCEPTED for result in untiered)
        return (sum(tiers.values()) + passed) / len(tiers)
