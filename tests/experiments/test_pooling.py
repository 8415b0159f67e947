"""Pooling over seeds, against figures worked out by hand on runs with two problems each.

Before, problem p is solved by one of two samples and q by none; where a seed learns, by two and
by one. The two differences are then 0.5 and 0.5, else 0 and 0. Seeds 21 and 22 have p in common:
two of its four samples are solved before, and three after.
"""

import pytest

from experiments.demo.pooling import Place, collect
from experiments.demo.results import Arm, Results
from tarot.data import Split
from tarot.metrics import Estimate
from tarot.runs import DirectoryState, write_json


def of_run(results: Results, arm: Arm, seed: int) -> Estimate:
    (run,) = [run for run in results.runs if (run.arm, run.seed) == (arm, seed)]
    return run.changes[Split.TEST]["suite"].difference


def test_each_seed_has_its_own_difference(study: list[Place]) -> None:
    results = collect(study)
    assert of_run(results, Arm.TIERED, 21) == Estimate(0.5, 0.5, 0.5, 2, 8)
    assert of_run(results, Arm.TIERED, 22) == Estimate(0, 0, 0, 2, 8)
    assert results.missing == ()


def test_a_problem_that_two_seeds_drew_is_one_in_the_pool(study: list[Place]) -> None:
    """Differences .25 .5 0 0 0: mean .15, s = sqrt(.05), standard error .1, t(4, .975) = 2.776445.

    By seed and problem there would be six clusters, by problem id two.
    """
    change = collect(study).pooled[Arm.TIERED][Split.TEST]["suite"]
    assert change.before.mean == pytest.approx((0.5 + 0.5) / 5)
    assert change.after.mean == pytest.approx((0.75 + 0.5 + 0.5) / 5)
    difference = change.difference
    assert difference.mean == pytest.approx(0.15)
    assert (difference.low, difference.high) == pytest.approx((-0.127645, 0.427645), abs=1e-6)
    assert (difference.num_clusters, difference.num_samples) == (5, 24)


def test_each_tier_is_pooled_by_itself(study: list[Place]) -> None:
    """An unsolved sample passes basic in full, half of complex and nothing else."""
    changes = collect(study).pooled[Arm.TIERED][Split.TEST]
    assert changes["basic"].difference.mean == 0
    assert changes["complex"].before.mean == pytest.approx((0.75 + 0.75 + 3 * 0.5) / 5)
    assert changes["complex"].difference.mean == pytest.approx(0.075)
    assert changes["edge"].difference.mean == pytest.approx(0.15)


def test_families_never_seen_are_apart(study: list[Place]) -> None:
    unseen = collect(study).pooled[Arm.TIERED][Split.UNSEEN]["suite"].difference
    assert unseen == Estimate(0, -1, 1, num_clusters=1, num_samples=12)


def test_the_control_is_compared_after_training(study: list[Place]) -> None:
    control = collect(study).against_control
    assert control is not None
    change = control[Split.TEST]["suite"]
    assert change.before.mean == pytest.approx(0.2)
    assert change.difference.mean == pytest.approx(0.15)
    assert change.difference.num_clusters == 5


def test_a_run_that_is_not_finished_is_named_and_its_arm_not_pooled(study: list[Place]) -> None:
    study[1].run.summary_path.unlink()
    assert study[1].run.state is DirectoryState.RESUMABLE
    results = collect(study)
    (missing,) = results.missing
    assert (missing.arm, missing.seed) == (Arm.TIERED, 22)
    assert missing.reason == f"{study[1].run.path}: not finished; train it to its end"
    assert list(results.pooled) == [Arm.SHUFFLED]
    assert results.against_control is None
    assert len(results.runs) == 5


def test_a_run_that_is_not_there_is_named(study: list[Place]) -> None:
    study[5].run.config_path.unlink()
    (missing,) = collect(study).missing
    assert (missing.arm, missing.seed) == (Arm.SHUFFLED, 23)
    assert "no run directory" in missing.reason


def test_a_run_whose_data_has_changed_since_is_named(study: list[Place]) -> None:
    """Its ids would name other statements."""
    run = study[0].run
    data = {**run.config()["data"], "statements": {"test": {"p": "other"}, "unseen": {}}}
    write_json(run.config_path, {**run.config(), "data": data})
    (missing,) = collect(study).missing
    assert missing.reason == f"{run.path}: its data is not the data of today; bring back the same"


@pytest.mark.parametrize(("text", "reason"), [(None, "no such file"), ("[{", "holds no outcomes")])
def test_a_run_without_its_outcomes_is_named(
    study: list[Place], text: str | None, reason: str
) -> None:
    path = study[0].run.outcomes_path / "after-unseen.json"
    path.unlink()
    if text is not None:
        path.write_text(text)
    (missing,) = collect(study).missing
    assert missing.reason == f"{path}: {reason}"
