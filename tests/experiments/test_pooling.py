"""Pooling over seeds, against figures worked out by hand on runs with two problems each.

Before, problem p is solved by one of two samples and q by none; where a seed learns, by two and
by one. The two differences are then 0.5 and 0.5, else 0 and 0.
"""

import pytest

from experiments.demo.pooling import Place, collect
from experiments.demo.results import Arm, Results
from tarot.data import Split
from tarot.metrics import Estimate
from tarot.runs import DirectoryState


def of_run(results: Results, arm: Arm, seed: int) -> Estimate:
    (run,) = [run for run in results.runs if (run.arm, run.seed) == (arm, seed)]
    return run.changes[Split.TEST]["suite"].difference


def test_each_seed_has_its_own_difference(study: list[Place]) -> None:
    results = collect(study)
    assert of_run(results, Arm.TIERED, 11) == Estimate(0.5, 0.5, 0.5, 2, 8)
    assert of_run(results, Arm.TIERED, 12) == Estimate(0, 0, 0, 2, 8)
    assert results.missing == ()


def test_the_pool_is_over_seed_and_problem(study: list[Place]) -> None:
    """Differences .5 .5 0 0 0 0: mean 1/6, s = 1/sqrt(15), t(5, .975) = 2.570582.

    By problem alone there would be two clusters of difference 1/6 and an interval of width 0.
    """
    change = collect(study).pooled[Arm.TIERED][Split.TEST]["suite"]
    assert change.before.mean == pytest.approx(0.25)
    assert change.after.mean == pytest.approx(2.5 / 6)
    difference = change.difference
    assert difference.mean == pytest.approx(1 / 6)
    assert (difference.low, difference.high) == pytest.approx((-0.104296, 0.437629), abs=1e-6)
    assert (difference.num_clusters, difference.num_samples) == (6, 24)


def test_each_tier_is_pooled_by_itself(study: list[Place]) -> None:
    """An unsolved sample passes basic in full, half of complex and nothing else."""
    changes = collect(study).pooled[Arm.TIERED][Split.TEST]
    assert changes["basic"].difference.mean == 0
    assert changes["complex"].before.mean == pytest.approx(0.625)
    assert changes["complex"].difference.mean == pytest.approx(1 / 12)
    assert changes["edge"].difference.mean == pytest.approx(1 / 6)


def test_families_never_seen_are_apart(study: list[Place]) -> None:
    unseen = collect(study).pooled[Arm.TIERED][Split.UNSEEN]["suite"].difference
    assert unseen == Estimate(0, 0, 0, 3, 12)


def test_the_control_is_compared_after_training(study: list[Place]) -> None:
    control = collect(study).against_control
    assert control is not None
    change = control[Split.TEST]["suite"]
    assert change.before.mean == pytest.approx(0.25)
    assert change.difference.mean == pytest.approx(1 / 6)


def test_a_run_that_is_not_finished_is_named_and_its_arm_not_pooled(study: list[Place]) -> None:
    study[1].run.summary_path.unlink()
    assert study[1].run.state is DirectoryState.RESUMABLE
    results = collect(study)
    (missing,) = results.missing
    assert (missing.arm, missing.seed) == (Arm.TIERED, 12)
    assert missing.reason == f"{study[1].run.path}: not finished; train it to its end"
    assert list(results.pooled) == [Arm.SHUFFLED]
    assert results.against_control is None
    assert len(results.runs) == 5


def test_a_run_that_is_not_there_is_named(study: list[Place]) -> None:
    study[5].run.config_path.unlink()
    (missing,) = collect(study).missing
    assert (missing.arm, missing.seed) == (Arm.SHUFFLED, 13)
    assert "no run directory" in missing.reason


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
