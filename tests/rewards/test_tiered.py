"""The parts of the tiered reward and their sum, by hand."""

import pytest

from rewards.tiered import TieredReward
from tarot.curriculum import RewardFormula
from tarot.types import (
    Grade,
    GradedCompletion,
    Program,
    RewardValue,
    TestResult,
    Tier,
    TierWeights,
    UserError,
    Verdict,
)

THINK_ANSWER = r"<think>\n.*?\n</think>\n<answer>\n.*?```python.*?```.*?\n</answer>"
WELL_FORMED = "<think>\nhm\nhm\n</think>\n<answer>\n```python\npass\n```\n</answer>"
PHASES = [
    {Tier.BASIC: 0.15},
    {Tier.BASIC: 0.15, Tier.INTERMEDIATE: 0.15},
    {Tier.BASIC: 0.15, Tier.INTERMEDIATE: 0.15, Tier.COMPLEX: 0.35},
    {Tier.BASIC: 0.15, Tier.INTERMEDIATE: 0.15, Tier.COMPLEX: 0.35, Tier.EDGE: 0.35},
]


def completion(
    text: str = WELL_FORMED,
    failing: frozenset[Tier] = frozenset(),
    weights: dict[Tier, float] = PHASES[-1],
) -> GradedCompletion:
    results = tuple(
        TestResult(tier, Verdict.WRONG_ANSWER if tier in failing else Verdict.ACCEPTED)
        for tier in Tier
    )
    grade = Grade(Program("pass"), results)
    return GradedCompletion(text, "p", grade, TierWeights(weights), step=1, group=0)


def value_of(reward: TieredReward, graded: GradedCompletion) -> RewardValue:
    (value,) = reward([graded])
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("phase", "published"), list(zip(PHASES, [0.15, 0.3, 0.65, 1.0], strict=True))
)
def test_the_ceiling_moves_as_published_and_stays_when_normalised(
    phase: dict[Tier, float], published: float
) -> None:
    graded = completion(weights=phase)
    as_published = TieredReward({"code": 1}, normalize=False)
    assert value_of(as_published, graded).total == pytest.approx(published, abs=1e-12)
    assert value_of(TieredReward({"code": 1}), graded).total == 1


def test_the_total_is_the_weighted_sum_of_the_parts() -> None:
    reward = TieredReward({"code": 2.0, "format": 0.5}, format_pattern=THINK_ANSWER)
    value = value_of(reward, completion(failing=frozenset({Tier.EDGE})))
    assert value.parts == {"code": pytest.approx(0.65), "format": 1.0}
    assert value.total == pytest.approx(1.8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WELL_FORMED, 1.0),
        (f"{WELL_FORMED}\n", 0.0),
        (f"Sure!\n{WELL_FORMED}", 0.0),
        (WELL_FORMED.replace("```python", "```"), 0.0),
        ("", 0.0),
    ],
)
def test_the_format_part_wants_the_whole_completion_in_form(text: str, expected: float) -> None:
    reward = TieredReward({"code": 1, "format": 1}, format_pattern=THINK_ANSWER)
    assert value_of(reward, completion(text)).parts["format"] == expected


def test_without_a_pattern_there_is_no_format_part() -> None:
    value = value_of(TieredReward({"code": 1, "format": 1}), completion("anything"))
    assert value == RewardValue(1.0, {"code": 1.0})


def test_a_completion_without_an_active_tier_is_left_out_as_a_whole() -> None:
    graded = completion()
    basic_alone = Grade(graded.grade.program, (TestResult(Tier.BASIC, Verdict.ACCEPTED),))
    weights = TierWeights({Tier.EDGE: 1.0})
    edge_asked = GradedCompletion(WELL_FORMED, "p", basic_alone, weights, step=1, group=0)
    reward = TieredReward({"code": 1, "format": 1}, format_pattern=THINK_ANSWER)
    assert reward([edge_asked, graded]) == [None, RewardValue(2.0, {"code": 1, "format": 1})]


class Brevity:
    """A part of a user's own: 1 for an empty completion, less for a longer one."""

    def __call__(self, completion: GradedCompletion) -> float:
        return 1 / (1 + len(completion.completion))


def test_a_part_of_the_users_own_is_added_by_name() -> None:
    reward = TieredReward({"code": 1, "brevity": 0.5}, extra={"brevity": Brevity()})
    assert value_of(reward, completion("abc")) == RewardValue(1.125, {"brevity": 0.25, "code": 1})


def test_the_formula_gives_the_total_of_the_parts() -> None:
    reward = TieredReward({"code": 2.0, "format": 0.5}, format_pattern=THINK_ANSWER)
    value = value_of(reward, completion(failing=frozenset({Tier.EDGE})))
    assert reward.formula == RewardFormula({"code": 2.0, "format": 0.5}, normalize=True)
    assert reward.formula.total(value.parts) == value.total


def test_a_part_without_a_pattern_is_not_in_the_formula() -> None:
    formula = TieredReward({"code": 1, "format": 1}, normalize=False).formula
    assert formula == RewardFormula({"code": 1.0}, normalize=False)


def test_with_parts_of_the_users_own_there_is_no_formula() -> None:
    assert TieredReward({"code": 1}, extra={"brevity": Brevity()}).formula is None


@pytest.mark.parametrize(
    ("parts", "pattern", "key"),
    [
        ({"style": 1}, None, "reward.parts.style:"),
        ({"code": "1"}, None, "reward.parts.code:"),
        ({"code": float("inf")}, None, "reward.parts.code:"),
        ({}, None, "reward.parts:"),
        ({"format": 1}, None, "reward.parts:"),
        ({"format": 1}, "(", "reward.format_pattern:"),
    ],
)
def test_a_bad_setting_names_its_key(parts: dict[str, float], pattern: str, key: str) -> None:
    with pytest.raises(UserError) as caught:
        TieredReward(parts, format_pattern=pattern)
    assert str(caught.value).startswith(key)
