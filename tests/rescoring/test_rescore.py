"""One run under several policies, on its own terms and on others."""

from pathlib import Path

import pytest

from rewards.tiered import TieredReward
from tarot.rescoring.rescore import Rescored, Terms, logged_terms, rescore
from tarot.runs import RunDirectory
from tarot.types import UserError, WithinTier
from tests.rescoring.runs import PATTERN, policies, samples, write_run

POLICIES = policies()
REWARD = TieredReward({"code": 1.0, "format": 1.0}, format_pattern=PATTERN)
AS_PUBLISHED = TieredReward({"code": 1.0, "format": 1.0}, normalize=False, format_pattern=PATTERN)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run under forward_ce with some completions lost."""
    return write_run(tmp_path, samples(steps=5, groups=4), REWARD, POLICIES["forward_ce"])


def names(rescored: Rescored) -> list[str]:
    return [summary.policy for summary in (rescored.original, *rescored.policies)]


def test_the_runs_own_policy_is_the_first_row_and_no_other(run: RunDirectory) -> None:
    rescored = rescore(run, logged_terms(run, REWARD), POLICIES)
    others = [name for name in POLICIES if name != "forward_ce"]
    assert names(rescored) == ["forward_ce, as logged", *others]
    assert rescored.num_rollouts == 80
    assert rescored.num_reproduced == rescored.original.num_rewarded < 80
    assert rescored.original.rank_correlation == pytest.approx(1.0)


def test_a_run_under_none_of_the_policies_has_no_name(run: RunDirectory) -> None:
    chosen = {"average": POLICIES["average"]}
    assert names(rescore(run, logged_terms(run, REWARD), chosen)) == ["as logged", "average"]


def test_on_other_terms_the_runs_own_policy_is_a_row_like_the_others(run: RunDirectory) -> None:
    """As published, rewards of one group differ by a factor alone until the format joins in."""
    own = logged_terms(run, REWARD)
    chosen = {"forward_ce": POLICIES["forward_ce"]}
    rescored = rescore(run, own, chosen, Terms(AS_PUBLISHED, own.table))
    assert names(rescored) == ["as logged", "forward_ce"]
    (published,) = rescored.policies
    assert published.reward < rescored.original.reward
    assert published.zero_variance == rescored.original.zero_variance
    assert rescored.num_reproduced == rescored.original.num_rewarded


def test_a_log_that_does_not_fit_the_runs_reward_is_found_out(run: RunDirectory) -> None:
    own = logged_terms(run, AS_PUBLISHED)
    rescored = rescore(run, own, {})
    assert rescored.num_reproduced < rescored.original.num_rewarded


def test_tiers_that_pass_as_a_whole_are_replayed_as_such(tmp_path: Path) -> None:
    """A suite has two basic tests: half of them pass for half a point, or for none."""
    policy = POLICIES["average"]
    made = samples(steps=5, groups=4)
    run = write_run(tmp_path, made, REWARD, policy, within_tier=WithinTier.ALL)
    whole = rescore(run, logged_terms(run, REWARD, WithinTier.ALL), {})
    assert whole.num_reproduced == whole.original.num_rewarded
    shares = rescore(run, logged_terms(run, REWARD), {})
    assert shares.num_reproduced < shares.original.num_rewarded


def test_nothing_depends_on_the_order_of_the_policies(run: RunDirectory) -> None:
    own = logged_terms(run, REWARD)
    backwards = dict(reversed(POLICIES.items()))
    assert rescore(run, own, backwards).policies == rescore(run, own, POLICIES).policies[::-1]


def test_a_run_without_rollouts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="it has no rollouts; train it first"):
        logged_terms(RunDirectory(tmp_path), REWARD)
