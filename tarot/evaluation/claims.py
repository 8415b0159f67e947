"""What scores allow to be said: of a checkpoint from one run, of a method from several seeds.

A run is one draw of a method's seeds. Many problems, or many samples of each, tell what its
checkpoint solves and nothing of what another seed would have given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from tarot.evaluation.scores import Score
from tarot.metrics import Estimate, difference_of_means, share_difference, solved_share, wilson
from tarot.metrics.estimates import student_interval
from tarot.metrics.seeds import detectable, paired

BySeed = Mapping[int, Score]
Solved = Mapping[str, Sequence[float]]

_MIN_PAIRS = 3


class Basis(StrEnum):
    """What an interval rests on and speaks of, in the words of a footnote."""

    CHECKPOINT = "this checkpoint, not the method: one run, interval over problems"
    METHOD = "the method on these problems: Student's t over seeds"
    CHECKPOINTS_PAIRED = "these two checkpoints, not the methods: one run each, problem by problem"
    CHECKPOINTS_UNPAIRED = (
        "these two checkpoints, not the methods: one run each, from two proportions, as if their "
        "problems were not the same"
    )
    METHODS = "the methods on these problems: Student's t over paired seeds"
    METHODS_UNPAIRED = (
        "the methods on these problems: from two means over seeds, none of which both sides have"
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """An estimate with what it rests on; `p` is that of no difference, for paired seeds alone.

    `detectable` is the true difference that a paired t-test over as many seeds, or as many problems
    of two checkpoints, finds with a chance of 80% at a level of 5%. It is None where nothing was
    paired, with fewer than three pairs, and where all pairs differ alike.
    """

    estimate: Estimate
    basis: Basis
    p: float | None = None
    detectable: float | None = None


def estimate_of(score: Score) -> Estimate:
    """One checkpoint's share of problems solved, with its interval over problems.

    By Wilson for one sample of each problem and clustered for several. Where the harness keeps no
    list of problems it is Wilson's over their number, too wide if there were several samples.
    """
    if score.solved:
        return solved_share(score.solved)
    return wilson(score.value * score.num_problems, score.num_problems)


def claim(runs: BySeed) -> Claim:
    """One cell of a table, from the runs of one method by seed: one run, or several.

    Raises:
        ValueError: without runs.
    """
    if len(runs) == 1:
        return Claim(estimate_of(*runs.values()), Basis.CHECKPOINT)
    values = [score.value for score in runs.values()]
    num_samples = sum(map(_total, runs.values()))
    return Claim(student_interval(values, num_samples, (0.0, 1.0)), Basis.METHOD)


def claim_difference(before: BySeed, after: BySeed) -> Claim | None:
    """`after - before` of two cells of a benchmark; None where no two of their runs are a pair.

    With two seeds or more in common it is paired over these; with one, or with one run on each
    side, problem by problem. A model that has no seeds, as an untrained one, stands under each of
    the other side's; what its own samples scatter is then in no interval.
    """
    common = sorted(before.keys() & after.keys())
    if len(common) > 1:
        return _paired_seeds(before, after, common)
    if len(common) == 1:
        return difference_of_scores(before[common[0]], after[common[0]])
    if len(before) == len(after) == 1:
        return difference_of_scores(*before.values(), *after.values())
    return None


def difference_of_scores(before: Score, after: Score) -> Claim:
    """`after - before` of two checkpoints, from their problems where both are known by problem."""
    if before.solved and after.solved and before.solved.keys() == after.solved.keys():
        estimate = share_difference(before.solved, after.solved)
        found = _detectable_by_problem(before.solved, after.solved)
        return Claim(estimate, Basis.CHECKPOINTS_PAIRED, detectable=found)
    return unpaired_difference(before, after)


def unpaired_difference(before: Score, after: Score) -> Claim:
    """`after - before` of two checkpoints that were not measured on the same problems."""
    estimate = difference_of_means(estimate_of(before), estimate_of(after))
    return Claim(estimate, Basis.CHECKPOINTS_UNPAIRED)


def difference_of_methods(before: BySeed, after: BySeed) -> Claim:
    """`after - before` of two methods without a seed in common, from two runs or more of each.

    Raises:
        ValueError: for a side without two runs, which says nothing of its method.
    """
    if min(len(before), len(after)) < 2:
        raise ValueError("one run says nothing of its method; give two seeds or more")
    estimate = difference_of_means(claim(before).estimate, claim(after).estimate)
    return Claim(estimate, Basis.METHODS_UNPAIRED)


def _paired_seeds(before: BySeed, after: BySeed, seeds: list[int]) -> Claim:
    late, early = ({seed: side[seed].value for seed in seeds} for side in (after, before))
    found = paired(late, early)
    num_samples = sum(_total(side[seed]) for side in (before, after) for seed in seeds)
    estimate = Estimate(found.mean, found.low, found.high, len(seeds), num_samples)
    return Claim(estimate, Basis.METHODS, found.p, _detectable(early, late))


def _detectable(before: Mapping[int, float], after: Mapping[int, float]) -> float | None:
    """What a paired test over these pairs would find; None where they don't tell."""
    if len(before) < _MIN_PAIRS:
        return None
    deviation = paired(after, before).deviation
    return detectable(deviation, len(before)) if deviation > 0 else None


def _detectable_by_problem(before: Solved, after: Solved) -> float | None:
    problems = [problem for problem in before if before[problem] and after[problem]]
    early, late = (
        {number: fmean(side[problem]) for number, problem in enumerate(problems)}
        for side in (before, after)
    )
    return _detectable(early, late)


def _total(score: Score) -> int:
    """The samples of all problems."""
    return score.num_problems * score.num_samples
