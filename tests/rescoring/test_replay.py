"""Logged rewards come back to the bit, and other policies give what they would have given."""

from math import nan
from pathlib import Path

import numpy as np
import pytest

from rewards.shuffled import ShuffledReward
from rewards.tiered import TieredReward
from tarot.rescoring.columns import COLUMNS, Columns, read_columns, read_verdicts, schedule_of
from tarot.rescoring.replay import (
    TEXT_COLUMNS,
    FormulaReplay,
    Replay,
    RewardReplay,
    formula_of,
    read_completions,
)
from tarot.runs import RunDirectory
from tarot.runs.rollouts import rollout_table
from tarot.types import GradedCompletion, Reward, RewardValue, Tier, Verdict
from tests.rescoring.runs import PATTERN, WELL_FORMED, Sample, policies, samples, write_run

POLICIES = policies()
PARTS = {"code": 1.0, "format": 0.3}
RIGHT, WRONG = Verdict.ACCEPTED, Verdict.WRONG_ANSWER


def tiered(normalize: bool = True) -> TieredReward:
    return TieredReward(PARTS, normalize, PATTERN)


def read(run: RunDirectory) -> Columns:
    return read_columns(rollout_table(run, COLUMNS))


def by_formula(run: RunDirectory, reward: Reward) -> Replay:
    columns = read(run)
    formula = formula_of(reward, columns)
    assert formula is not None
    return FormulaReplay(formula, columns, read_verdicts(rollout_table(run, COLUMNS)))


def by_reward(run: RunDirectory, reward: Reward) -> Replay:
    texts = rollout_table(run, TEXT_COLUMNS)
    return RewardReplay(reward, read(run), read_completions(rollout_table(run, COLUMNS), texts))


def under(run: RunDirectory, reward: Reward, policy: str) -> list[float]:
    """The rewards of a run's rows by the formula, NaN for None."""
    schedule = schedule_of(POLICIES[policy], read(run).progress)
    return [float(value) for value in by_formula(run, reward)(schedule)]


def sample(*verdicts: Verdict, group: int = 0, tiers: tuple[Tier, ...] = tuple(Tier)) -> Sample:
    return Sample(group, list(zip(tiers, verdicts, strict=True)))


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("name", POLICIES)
def test_logged_rewards_come_back_to_the_bit_under_their_own_policy(
    tmp_path: Path, name: str, normalize: bool
) -> None:
    reward = tiered(normalize)
    run = write_run(tmp_path, samples(steps=5, groups=6), reward, POLICIES[name])
    columns = read(run)
    assert 0 < np.isnan(columns.rewards).sum() < len(columns.rewards) == 120
    for schedule in (columns.schedule, schedule_of(POLICIES[name], columns.progress)):
        for replay in (by_formula(run, reward), by_reward(run, reward)):
            assert replay(schedule).tobytes() == columns.rewards.tobytes()


@pytest.mark.parametrize("name", POLICIES)
def test_formula_and_reward_agree_to_the_bit_under_another_policy(
    tmp_path: Path, name: str
) -> None:
    run = write_run(tmp_path, samples(5, 6, seed=1), tiered(), POLICIES["average"])
    schedule = schedule_of(POLICIES[name], read(run).progress)
    asked, computed = by_reward(run, tiered())(schedule), by_formula(run, tiered())(schedule)
    assert asked.tobytes() == computed.tobytes()


def test_another_policy_gives_what_its_weights_say(tmp_path: Path) -> None:
    """Basic and edge pass; 0.3 is for the format. At 0 forward has b, reversed c; at 0.75 all."""
    steps = [[sample(RIGHT, WRONG, WRONG, RIGHT)], [sample(RIGHT, WRONG, WRONG, RIGHT)]]
    run = write_run(tmp_path, steps, tiered(), POLICIES["average"], {1: 0.0, 2: 0.75})
    assert under(run, tiered(), "forward_ce") == pytest.approx([1.3, 0.8])
    assert under(run, tiered(), "reversed_ce") == pytest.approx([0.3, 0.8])
    assert under(run, tiered(), "forward_bi") == pytest.approx([1.3, 0.8])
    assert under(run, tiered(), "pass_at_all") == pytest.approx([0.3, 0.3])
    assert under(run, tiered(False), "forward_ce") == pytest.approx([0.45, 0.8])


def test_other_weights_of_the_parts_need_no_completion(tmp_path: Path) -> None:
    """Half of the tiers pass: 2 * 0.5 + 0.5 * 1."""
    run = write_run(tmp_path, [[sample(RIGHT, WRONG, WRONG, RIGHT)]], tiered(), POLICIES["average"])
    heavier = TieredReward({"code": 2.0, "format": 0.5}, format_pattern=PATTERN)
    assert under(run, heavier, "average") == [1.5]
    assert under(run, TieredReward({"code": 1.0}), "average") == [0.5]


def test_what_was_left_out_stays_out_whatever_the_policy(tmp_path: Path) -> None:
    """The first has no basic tier to reward in the run, but it would have an edge tier."""
    edge = sample(RIGHT, tiers=(Tier.EDGE,))
    lost = sample(RIGHT, Verdict.INFRASTRUCTURE, RIGHT, RIGHT)
    steps = [[edge, lost, sample(RIGHT, RIGHT, RIGHT, WRONG)]]
    run = write_run(tmp_path, steps, TieredReward({"code": 1.0}), POLICIES["basic_only"])
    for name in POLICIES:
        rewards = under(run, TieredReward({"code": 1.0}), name)
        assert np.isnan(rewards).tolist() == [True, True, False]


def test_a_problem_without_an_active_tier_is_left_out_under_that_policy(tmp_path: Path) -> None:
    steps = [[sample(RIGHT, tiers=(Tier.BASIC,)), sample(RIGHT, RIGHT, RIGHT, RIGHT)]]
    run = write_run(tmp_path, steps, TieredReward({"code": 1.0}), POLICIES["average"])
    rewards = under(run, TieredReward({"code": 1.0}), "edge_only")
    np.testing.assert_array_equal(rewards, [nan, 1.0])


def test_a_part_that_the_log_lacks_is_taken_from_the_completions(tmp_path: Path) -> None:
    plain = TieredReward({"code": 1.0})
    run = write_run(tmp_path, samples(2, 3), plain, POLICIES["average"])
    assert formula_of(plain, read(run)) is not None
    assert formula_of(tiered(), read(run)) is None
    columns = read(run)
    gained = by_reward(run, tiered())(columns.schedule) - columns.rewards
    texts = rollout_table(run, TEXT_COLUMNS)["completion"].to_pylist()
    bonus = np.where(np.isnan(gained), nan, [0.3 if text == WELL_FORMED else 0.0 for text in texts])
    np.testing.assert_allclose(gained, bonus, atol=1e-12)


class Brevity:
    """A part of a user's own, which looks at the weights in force."""

    def __call__(self, completion: GradedCompletion) -> float:
        return len(completion.weights.weights) / len(completion.completion)


class Scarce:
    """A reward of a user's own, without a formula: 1 for the only solved one of a step."""

    part_names = ()

    def __call__(self, completions: list[GradedCompletion]) -> list[RewardValue | None]:
        solved = [set(one.grade.passes().values()) == {1.0} for one in completions]
        return [RewardValue(float(one and sum(solved) == 1)) for one in solved]


@pytest.mark.parametrize(
    "reward",
    [
        ShuffledReward(tiered(), seed=3),
        TieredReward({"code": 1.0, "brief": 0.5}, extra={"brief": Brevity()}),
        Scarce(),
    ],
    ids=["shuffled", "a part of the user's own", "a reward of the user's own"],
)
def test_a_reward_without_a_formula_is_asked_again_step_by_step(
    tmp_path: Path, reward: Reward
) -> None:
    run = write_run(tmp_path, samples(5, 3), reward, POLICIES["forward_ce"])
    columns = read(run)
    assert formula_of(reward, columns) is None
    assert len(set(columns.rewards.tolist())) > 1
    schedule = schedule_of(POLICIES["forward_ce"], columns.progress)
    assert by_reward(run, reward)(schedule).tobytes() == columns.rewards.tobytes()
