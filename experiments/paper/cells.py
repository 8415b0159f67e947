"""What stands in a table's cells, from the scores of their runs."""

from collections.abc import Mapping

from experiments.markdown import points
from experiments.paper.document import CHECKPOINT_MARK, MISSING, UNPAIRED_MARK
from experiments.paper.fairness import unlike_keys
from experiments.paper.family import Family, aggregated
from experiments.paper.grid import Row
from experiments.paper.naming import UNTUNED
from experiments.paper.reading import Entry
from tarot.evaluation.claims import Basis, Claim, claim, claim_difference
from tarot.evaluation.scores import Score, unlike_scores
from tarot.metrics.estimates import student_interval

Entries = Mapping[int | None, Entry]

_MARKS = {
    Basis.CHECKPOINT: CHECKPOINT_MARK,
    Basis.CHECKPOINTS_PAIRED: CHECKPOINT_MARK,
    Basis.CHECKPOINTS_UNPAIRED: UNPAIRED_MARK,
}
_NO_SEED = -1


def scores_of(entries: Entries, benchmark: str) -> dict[int, Score]:
    """The scores of a row on a benchmark by seed; an untuned model's stands under -1."""
    return {
        _NO_SEED if seed is None else seed: entry.scores[benchmark]
        for seed, entry in entries.items()
        if benchmark in entry.scores
    }


def cell(row: Row, entries: Entries, benchmark: str) -> str:
    """A share in percent with its interval; marked where it is of one run."""
    scores = scores_of(entries, benchmark)
    if not scores:
        return MISSING
    found = claim(scores)
    estimate = found.estimate
    ends = f"[{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"
    return f"{100 * estimate.mean:.1f} {ends}{_mark(found, row)}"


def aggregate_cell(row: Row, entries: Entries, family: Family) -> str:
    """The mean over the family's benchmarks in percent; of several seeds with Student's interval.

    Seeds without one of the benchmarks don't count.
    """
    scores = {name: values_of(entries, name) for name in family.aggregate.benchmarks}
    values = list(aggregated(family, scores).values())
    if not values:
        return MISSING
    if len(values) == 1:
        return f"{100 * values[0]:.1f}{'' if row.policy == UNTUNED else CHECKPOINT_MARK}"
    found = student_interval(values, len(values), (0.0, 1.0))
    return f"{100 * found.mean:.1f} [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def values_of(entries: Entries, benchmark: str) -> dict[int, float]:
    """The values on a benchmark by seed, as `scores_of`."""
    return {seed: score.value for seed, score in scores_of(entries, benchmark).items()}


def difference_cell(before: Entries, after: Entries, benchmark: str, axis: str | None) -> str:
    """`after - before` in percentage points with its interval, over what the two have alike."""
    found = difference(before, after, benchmark, axis)
    if found is None:
        return MISSING
    estimate = found.estimate
    ends = f"[{points(estimate.low)}, {points(estimate.high)}]"
    return f"{points(estimate.mean)} {ends}{_mark(found, None)}"


def difference(before: Entries, after: Entries, benchmark: str, axis: str | None) -> Claim | None:
    """What two rows allow to be said of their difference; None for rows that don't compare.

    An untuned model stands under each seed of the other row.
    """
    late = scores_of(after, benchmark)
    early = scores_of(before, benchmark)
    if not late or not early or not _compare(before, after, benchmark, axis):
        return None
    return claim_difference(_under_seeds(early, late), _under_seeds(late, early))


def _compare(before: Entries, after: Entries, benchmark: str, axis: str | None) -> bool:
    """Whether all of both rows were trained and measured alike."""
    sides = [[one for one in side.values() if benchmark in one.scores] for side in (before, after)]
    first = sides[0][0]
    return all(
        not unlike_keys(first, other, axis)
        and not unlike_scores(first.scores[benchmark], other.scores[benchmark])
        for side in sides
        for other in side
    )


def _under_seeds(scores: dict[int, Score], others: dict[int, Score]) -> dict[int, Score]:
    """The scores, an untuned model's under each seed of the others."""
    return dict.fromkeys(others, scores[_NO_SEED]) if _NO_SEED in scores else scores


def _mark(found: Claim, row: Row | None) -> str:
    """The mark of a single run; an untuned model is all that its figure speaks of."""
    is_untuned = row is not None and row.policy == UNTUNED
    return "" if is_untuned else _MARKS.get(found.basis, "")
