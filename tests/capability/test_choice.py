"""The rule that chooses a policy, over the whole range of capabilities."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import exp
from pathlib import Path

import pytest
from hydra.utils import instantiate
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from tarot.capability import AdaptiveChoice, Decision, PatternCount, ProblemOutcomes
from tarot.curriculum import OnlinePolicy, StagedPolicy
from tarot.types import Policy, Tier, TierWeights, UserError

FOLDER = Path(__file__).parents[2] / "conf" / "curriculum"
BUILT = {
    path.stem: instantiate(OmegaConf.load(path))
    for path in FOLDER.glob("*.yaml")
    if path.stem != "adaptive"
}
CANDIDATES: dict[str, Policy] = {
    name: policy for name, policy in BUILT.items() if not isinstance(policy, OnlinePolicy)
}
ORDER = ("reversed_ce", "forward_ce", "forward_uniform", "forward_bi")
SOLVED = st.integers(0, 4)
PROBLEMS = st.lists(st.tuples(SOLVED, SOLVED, SOLVED, SOLVED, st.integers(0, 4)), max_size=6)


def problem(*solved_per_tier: int, num_samples: int = 16) -> ProblemOutcomes:
    """The first n samples pass a tier, for each tier's n."""
    patterns = [
        {tier: float(row < solved) for tier, solved in zip(Tier, solved_per_tier, strict=True)}
        for row in range(num_samples)
    ]
    return ProblemOutcomes("p", tuple(PatternCount(pattern, 1) for pattern in patterns))


def choice(
    candidates: Mapping[str, Policy] = CANDIDATES,
    order: Sequence[str] = ORDER,
    fallback: str = "forward_ce",
    threshold: float = 0.5,
    num_draws: int = 2000,
) -> AdaptiveChoice:
    return AdaptiveChoice(candidates, order, fallback, threshold, num_draws)


def decide(outcomes: Sequence[ProblemOutcomes], group_size: int = 8) -> Decision:
    return choice().decide(outcomes, group_size)


def population(skill: float) -> list[ProblemOutcomes]:
    """Thirty problems of rising difficulty, whose tiers become harder one by one."""
    return [
        problem(*(round(16 / (1 + exp(place / 10 + tier - skill))) for tier in (0, 1, 3, 4)))
        for place in range(30)
    ]


def test_the_rule_goes_from_the_easy_to_the_hard_policy_as_the_model_gets_stronger() -> None:
    """As is told of the published method; outside, nothing or everything is solved."""
    decisions = [decide(population(step / 2)) for step in range(-10, 31)]
    passed = [key for key, _ in groupby((found.chosen, found.starved) for found in decisions)]
    assert passed == [
        ("forward_ce", True),
        ("forward_ce", False),
        ("reversed_ce", False),
        ("forward_ce", True),
    ]


def test_a_capable_model_has_the_easier_policy_as_runner_up() -> None:
    decision = decide([problem(15, 12, 8, 6)] * 20)
    assert (decision.chosen, decision.runner_up) == ("reversed_ce", "forward_ce")
    assert (decision.alike, decision.agreement) == ((), 1.0)


def test_policies_with_the_same_early_phases_are_named_as_set_by_the_order_alone() -> None:
    decision = decide([problem(8, 4, 0, 0)] * 20)
    assert (decision.chosen, decision.starved) == ("forward_ce", False)
    assert decision.alike == ("forward_uniform", "forward_bi")
    assert decision.runner_up is None
    assert "the order alone decides" in decision.reason


def test_equal_figures_alone_do_not_make_policies_alike() -> None:
    """All have none, but the reversed policy asks for other tiers."""
    decision = decide([problem(0, 0, 0, 0)] * 20)
    assert decision.alike == ("forward_uniform", "forward_bi")
    assert "curriculum.fallback alone decides" in decision.reason


@pytest.mark.parametrize(
    "outcomes",
    [
        [],
        [problem(0, 0, 0, 0)] * 20,
        [problem(16, 16, 16, 16)] * 20,
        [problem(8, 8, 8, 8)],
        [problem(1, 1, 1, 1, num_samples=1)] * 20,
        [problem(0, 0, 0, 0, num_samples=0)] * 20,
    ],
    ids=["empty", "none solved", "all solved", "one problem", "one sample", "no sample"],
)
def test_where_nothing_is_shown_to_be_fed_the_fallback_is_taken_and_remedies_are_named(
    outcomes: list[ProblemOutcomes],
) -> None:
    decision = choice(fallback="average").decide(outcomes, 8)
    assert (decision.chosen, decision.starved, decision.runner_up) == ("average", True, None)
    assert decision.agreement == 1.0
    for remedy in ("cold_start", "data", "num_generations"):
        assert remedy in decision.reason


def test_one_problem_says_nothing_about_others() -> None:
    decision = decide([problem(8, 8, 8, 8)])
    lowest = {phase.low for found in decision.candidates for phase in found.phases}
    assert lowest == {0.0}
    assert "fewer than two problems" in decision.reason
    assert "fewer than two problems" not in decide([problem(8, 8, 8, 8)] * 2).reason


def test_a_probe_of_fewer_samples_than_a_group_says_so() -> None:
    decision = decide([problem(2, 2, 2, 2, num_samples=4)] * 2 + [problem(8, 8, 8, 8)])
    assert decision.probe.num_short == 2
    assert "2 of 3 problems have fewer samples than the group of 8" in decision.reason
    assert "fewer samples" not in decide([problem(8, 8, 8, 8)] * 3).reason


def test_both_early_phases_have_to_be_fed() -> None:
    """Weight on complex first and then on edge, which nobody passes."""
    two_phases = StagedPolicy(
        {"complex": 1, "edge": 1},
        [{"start": 0, "allocation": {"complex": 1}}, {"start": 0.2, "allocation": {"edge": 1}}],
    )
    candidates = {"two_phases": two_phases, "average": CANDIDATES["average"]}
    rule = choice(candidates, ["two_phases", "average"], "average")
    assert rule.decide([problem(8, 8, 8, 0)] * 20, 8).chosen == "average"


def test_a_share_at_the_threshold_is_enough() -> None:
    """One of four samples passes: of the six pairs, three vary. So it is for every problem."""
    outcomes = [problem(1, 1, 1, 1, num_samples=4)] * 3
    assert choice(threshold=0.5).decide(outcomes, 2).starved is False
    assert choice(threshold=0.51).decide(outcomes, 2).starved is True


def test_the_lower_bound_decides_and_agreement_counts_the_draws() -> None:
    """Of 100 problems 50 vary on complex: the draws' means are binomial.

    5% of them are at most 42 in 100 (P[X <= 41] = 0.044, P[X <= 42] = 0.067). 54% reach the
    threshold and would choose complex_only; the other 46% choose as the rule does.
    """
    outcomes = [problem(8, 0, solved, 0) for solved in (0, 8)] * 50
    rule = choice(order=["complex_only", "basic_only"], num_draws=10_000)
    decision = rule.decide(outcomes, 16)
    (phase,) = next(found for found in decision.candidates if found.name == "complex_only").phases
    assert phase.share == 0.5
    assert phase.low == pytest.approx(0.42, abs=0.011)
    assert (decision.chosen, decision.starved) == ("basic_only", False)
    assert decision.agreement == pytest.approx(0.46, abs=0.02)


def test_a_tier_that_few_problems_have_rests_on_these_alone() -> None:
    lacking = ProblemOutcomes("q", (PatternCount({Tier.BASIC: 0.0}, 16),))
    decision = choice(order=["complex_only"]).decide([problem(8, 8, 8, 8)] * 2 + [lacking], 8)
    (phase,) = decision.candidates[0].phases
    assert (phase.num_problems, phase.num_skipped) == (2, 1)
    # A draw of the lacking problem alone, 1 in 27, has no signal; the 5% quantile lies above.
    assert phase.low == pytest.approx(phase.share)
    assert phase.share > 0.99


def test_the_decision_holds_what_was_measured() -> None:
    """Basic is passed by 4, 8 and 12 of 16: a mean of 1/2, the interval as of three problems."""
    decision = decide(
        [
            ProblemOutcomes(name, problem(n, 0, 0, 0).patterns)
            for name, n in (("a", 4), ("b", 8), ("c", 12))
        ]
    )
    basic = decision.probe.tiers[Tier.BASIC]
    assert (decision.probe.num_problems, basic.mean, basic.num_clusters) == (3, 0.5, 3)
    names = [candidate.name for candidate in decision.candidates]
    assert names == [*ORDER, "average", "basic_only", "complex_only", "edge_only", "pass_at_all"]


def test_the_block_shows_candidates_that_can_be_told_apart() -> None:
    """Half of 16 samples pass basic: 8 of them vary but for 2 in C(16, 8)."""
    lines = decide([problem(8, 8, 0, 0)] * 2).block.splitlines()
    assert lines[0].startswith("curriculum forward_ce: forward_ce is the first of reversed_ce, ")
    assert "    reversed_ce  complex 0.0% [0.0%], complex+edge 0.0% [0.0%]" in lines
    assert "    forward_ce   basic 100.0% [100.0%], basic+intermediate 100.0% [100.0%]" in lines
    assert not any("forward_bi  " in line for line in lines)
    assert lines[-2] == "  runner-up: none; 100% of 2000 draws of the problems choose the same"
    assert lines[-1].startswith("  probe: problems 2, basic 50% [")


@given(problems=PROBLEMS, threshold=st.floats(0, 1), group_size=st.integers(2, 6))
def test_the_rule_is_total_deterministic_and_means_what_it_says(
    problems: list[tuple[int, ...]], threshold: float, group_size: int
) -> None:
    outcomes = [problem(*solved, num_samples=num) for *solved, num in problems]
    rule = choice(threshold=threshold, num_draws=50)
    decision = rule.decide(outcomes, group_size)
    assert decision == rule.decide(outcomes, group_size)
    read_back = Decision.from_json(json.loads(json.dumps(decision.to_json(), sort_keys=True)))
    assert (read_back, read_back.block) == (decision, decision.block)
    lows = {candidate.name: candidate.weakest_low for candidate in decision.candidates}
    assert all(0 <= low <= 1 for low in lows.values())
    assert decision.starved == all(lows[name] < threshold for name in ORDER)
    if decision.starved:
        assert decision.chosen == "forward_ce"
    else:
        assert lows[decision.chosen] >= threshold
        assert all(lows[name] < threshold for name in ORDER[: ORDER.index(decision.chosen)])
    assert 0 <= decision.agreement <= 1


@given(problems=PROBLEMS, threshold=st.floats(0.01, 1))
def test_a_model_that_never_passes_a_hard_tier_never_starts_with_one(
    problems: list[tuple[int, ...]], threshold: float
) -> None:
    outcomes = [problem(b, m, 0, 0, num_samples=num) for b, m, _, _, num in problems]
    assert choice(threshold=threshold, num_draws=50).decide(outcomes, 4).chosen == "forward_ce"


def test_the_chosen_policy_is_found_by_its_name() -> None:
    assert choice().policy("reversed_ce").at(0) == TierWeights({Tier.COMPLEX: 0.35})
    with pytest.raises(UserError, match=r"decision\.json: mastery"):
        choice().policy("mastery")


def test_it_may_choose_those_of_its_order_and_the_fallback() -> None:
    some = choice(order=["reversed_ce", "forward_bi"], fallback="forward_bi").choices
    assert list(some) == ["reversed_ce", "forward_bi"]
    other = choice(order=["reversed_ce"], fallback="forward_bi").choices
    assert {name: policy.at(0) for name, policy in other.items()} == {
        "reversed_ce": TierWeights({Tier.COMPLEX: 0.35}),
        "forward_bi": TierWeights({Tier.BASIC: 0.35}),
    }


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ({"order": []}, "curriculum.hardest_first:"),
        ({"order": ["mastery"]}, "curriculum.hardest_first: mastery"),
        ({"fallback": "mastery"}, "curriculum.fallback: mastery"),
        ({"threshold": 1.5}, "curriculum.threshold:"),
        ({"threshold": float("nan")}, "curriculum.threshold:"),
        ({"num_draws": 0}, "curriculum.num_draws:"),
        ({"candidates": {**CANDIDATES, "own": BUILT["bandit"]}}, "curriculum.candidates.own:"),
    ],
)
def test_a_bad_setting_names_its_key(setting: dict[str, object], key: str) -> None:
    with pytest.raises(UserError) as caught:
        choice(**setting)  # type: ignore[arg-type]
    assert str(caught.value).startswith(key)
