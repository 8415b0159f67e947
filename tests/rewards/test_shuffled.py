"""The control keeps what each group earns and loses who earned it."""

from collections import Counter
from collections.abc import Sequence

from rewards.shuffled import ShuffledReward
from tarot.types import Grade, GradedCompletion, RewardValue, TierWeights

GRADE = Grade(None, ())
NUM_GROUPS, GROUP_SIZE = 6, 8


class LengthReward:
    """A length that is unique in the batch; None for completions that begin with '?'."""

    part_names = ()

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        return [
            None if graded.completion.startswith("?") else RewardValue(len(graded.completion))
            for graded in completions
        ]


def batch(step: int = 1) -> list[GradedCompletion]:
    return [
        GradedCompletion(
            ("?" if row % GROUP_SIZE == 2 else "x") * (row + 1),
            "p",
            GRADE,
            TierWeights({}),
            step,
            group=row // GROUP_SIZE,
        )
        for row in range(NUM_GROUPS * GROUP_SIZE)
    ]


def totals(seed: int = 0, step: int = 1) -> list[float | None]:
    values = ShuffledReward(LengthReward(), seed)(batch(step))
    return [None if value is None else value.total for value in values]


def groups(values: list[float | None]) -> list[Counter[float | None]]:
    starts = range(0, NUM_GROUPS * GROUP_SIZE, GROUP_SIZE)
    return [Counter(values[start : start + GROUP_SIZE]) for start in starts]


def test_every_group_keeps_its_rewards_and_the_order_changes() -> None:
    inner = [None if v is None else v.total for v in LengthReward()(batch())]
    assert groups(totals()) == groups(inner)
    assert totals() != inner


def test_rows_that_are_left_out_stay_where_they_are() -> None:
    left_out = [row for row, value in enumerate(totals()) if value is None]
    assert left_out == [2, 10, 18, 26, 34, 42]


def test_groups_steps_and_seeds_are_permuted_differently() -> None:
    def places(values: list[float | None]) -> set[tuple[int, ...]]:
        """The place in its group from which each of a group's rewards came."""
        rows = [-1 if v is None else (int(v) - 1) % GROUP_SIZE for v in values]
        return {tuple(rows[i : i + GROUP_SIZE]) for i in range(0, len(rows), GROUP_SIZE)}

    assert len(places(totals())) == NUM_GROUPS
    assert totals(seed=0) != totals(seed=1)
    assert totals(step=1) != totals(step=2)


def test_the_permutation_does_not_depend_on_the_process() -> None:
    """The order that `Random("0/1/0").shuffle` gives, recorded; hashes of str would change it."""
    assert totals(seed=0, step=1)[:GROUP_SIZE] == [1, 2, None, 5, 7, 6, 8, 4]
