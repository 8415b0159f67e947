"""How problems are divided into splits by their ids."""

import pytest

from tarot.data.source import HeldOut, Split
from tarot.types import Problem, UserError

PROBLEMS = [Problem(f"p{i}", "Echo it.", ()) for i in range(2000)]


def _ids(dev: float, test: float, split: Split) -> list[str]:
    return [problem.id for problem in HeldOut(dev, test).select(PROBLEMS, split)]


def test_splits_share_nothing_and_leave_nothing_out() -> None:
    parts = [_ids(0.1, 0.2, split) for split in Split]
    assert sum(map(len, parts)) == 2000
    assert len(set().union(*parts)) == 2000


def test_shares_are_met_about() -> None:
    assert 150 < len(_ids(0.1, 0.2, Split.DEV)) < 250
    assert 330 < len(_ids(0.1, 0.2, Split.TEST)) < 470
    assert _ids(0.1, 0.2, Split.UNSEEN) == []


def test_without_shares_all_is_trained_on_in_order() -> None:
    assert _ids(0.0, 0.0, Split.TRAIN) == [problem.id for problem in PROBLEMS]


def test_a_larger_share_keeps_what_was_held_out() -> None:
    assert set(_ids(0.0, 0.1, Split.TEST)) < set(_ids(0.0, 0.2, Split.TEST))


def test_a_problem_is_placed_by_its_id_alone() -> None:
    reworded = [Problem(problem.id, "Print it.", ()) for problem in reversed(PROBLEMS)]
    chosen = HeldOut(0.0, 0.1).select(reworded, Split.TEST)
    assert sorted(problem.id for problem in chosen) == sorted(_ids(0.0, 0.1, Split.TEST))


@pytest.mark.parametrize(("dev", "test"), [(-0.1, 0.2), (0.2, -0.1), (0.5, 0.5), (0.0, 1.0)])
def test_shares_that_leave_nothing_to_train_on_are_refused(dev: float, test: float) -> None:
    with pytest.raises(UserError, match=r"^data\.dev_share, data\.test_share: "):
        HeldOut(dev, test).check()
