import pytest

from tarot.bench.stepping import Note
from tarot.bench.trainer import Pair, Side, Steps, compared, trainer_requirement, turn
from tarot.bench.trainer_report import spread


def notes(*times_s: tuple[float, float]) -> dict[int, Note]:
    """A note a step, of two completions, at the given wall and CPU times."""
    return {
        step: Note(step, wall_s, cpu_s, num_completions=2, digest=step)
        for step, (wall_s, cpu_s) in enumerate(times_s, start=1)
    }


def steps(wall_s: float, cpu_s: float, digest: int = 7, tokens: int = 30) -> Steps:
    return Steps(10, 24, wall_s, cpu_s, {3: digest}, {3: tokens})


def test_steps_are_compared_from_the_second_to_the_last() -> None:
    found = compared(notes((0, 0), (50, 20), (52, 21), (56, 26)), {1: 1000, 2: 500, 3: 40, 4: 20})

    assert (found.num_steps, found.wall_s, found.cpu_s) == (2, 6, 6)
    assert found.num_completions == 8
    assert found.steps_per_minute == 20
    assert found.tokens_per_s == 10
    assert found.cpu_s_per_step == 3


def test_both_ratios_are_below_one_where_ours_costs_more() -> None:
    pair = Pair(ours=steps(wall_s=50, cpu_s=80), bare=steps(wall_s=40, cpu_s=60))

    assert pair.throughput_ratio == pytest.approx(0.8)
    assert pair.cpu_ratio == pytest.approx(0.75)


def test_work_is_the_same_only_with_the_same_texts_and_tokens() -> None:
    one = steps(1, 1)

    assert Pair(one, steps(2, 2)).is_same_work
    assert not Pair(one, steps(1, 1, digest=8)).is_same_work
    assert not Pair(one, steps(1, 1, tokens=31)).is_same_work


def test_the_order_turns_round_from_pair_to_pair() -> None:
    order = [side for number in range(4) for side in turn(number)]

    ours, bare = Side.OURS, Side.BARE
    assert order == [ours, bare, bare, ours, ours, bare, bare, ours]


@pytest.mark.parametrize(("middle_s", "holds"), [(100.0, True), (104.0, False)])
def test_the_median_of_the_pairs_is_held_to_its_share(middle_s: float, holds: bool) -> None:
    pairs = [Pair(steps(wall_s, 10), steps(100, 8)) for wall_s in (50.0, middle_s, 400.0)]

    requirement = trainer_requirement(pairs, num_threads=2)
    assert requirement.figure == pytest.approx(100 / middle_s)
    assert requirement.by_cpu == pytest.approx(0.8)
    assert (requirement.required, requirement.holds) == (0.97, holds)


def test_a_spread_has_its_median_between_its_ends() -> None:
    assert spread([3.0, 1.0, 2.04], 1) == "2.0 (1.0 to 3.0)"
