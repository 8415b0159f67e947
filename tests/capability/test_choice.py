"""The rule that chooses a policy, over the whole range of capabilities."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hydra.utils import instantiate
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from tarot.capability import AdaptiveChoice, Decision, PatternCount, ProblemOutcomes
from tarot.curriculum import StagedPolicy
from tarot.types import Policy, Tier, TierWeights, UserError

FOLDER = Path(__file__).parents[2] / "conf" / "curriculum"
NAMES = ("average", "forward_bi", "forward_ce", "forward_uniform", "reversed_ce")
CANDIDATES: dict[str, Policy] = {
    name: instantiate(OmegaConf.load(FOLDER / f"{name}.yaml")) for name in NAMES
}
ORDER = ("reversed_ce", "forward_ce", "forward_uniform", "forward_bi")
COUNTS = st.integers(0, 16)


def model(*solved_per_tier: int, num_samples: int = 16) -> list[ProblemOutcomes]:
    """One problem on which the first n samples pass a tier, for each tier's n."""
    patterns = [
        {tier: float(row < solved) for tier, solved in zip(Tier, solved_per_tier, strict=True)}
        for row in range(num_samples)
    ]
    return [ProblemOutcomes("p", tuple(PatternCount(pattern, 1) for pattern in patterns))]


def decide(outcomes: Sequence[ProblemOutcomes], threshold: float = 0.5) -> Decision:
    return AdaptiveChoice(CANDIDATES, ORDER, threshold).decide(outcomes, group_size=8)


def test_a_capable_model_starts_with_the_hard_tiers() -> None:
    decision = decide(model(15, 12, 8, 6))
    assert (decision.chosen, decision.starved) == ("reversed_ce", False)
    assert decision.runner_up == "forward_ce"


def test_a_weak_model_starts_with_the_easy_tier() -> None:
    decision = decide(model(8, 4, 0, 0))
    assert (decision.chosen, decision.starved) == ("forward_ce", False)


def test_policies_with_the_same_early_phases_are_named_as_set_by_the_order_alone() -> None:
    decision = decide(model(8, 4, 0, 0))
    assert decision.alike == ("forward_uniform", "forward_bi")
    assert decision.runner_up is None
    assert "order alone" in decision.reason


@pytest.mark.parametrize("outcomes", [[], model(0, 0, 0, 0), model(16, 16, 16, 16)])
def test_a_model_without_any_varied_group_is_starved_and_told_what_helps(
    outcomes: list[ProblemOutcomes],
) -> None:
    decision = decide(outcomes)
    assert (decision.chosen, decision.starved, decision.runner_up) == ("forward_bi", True, None)
    for remedy in ("cold_start", "data", "num_generations"):
        assert remedy in decision.reason


def test_both_early_phases_have_to_be_fed() -> None:
    """Weights 1 on complex, then 1 on edge: fed first and starved second."""
    two_phases = StagedPolicy(
        {"complex": 1, "edge": 1},
        [{"start": 0, "allocation": {"complex": 1}}, {"start": 0.2, "allocation": {"edge": 1}}],
    )
    candidates = {"two_phases": two_phases, "average": CANDIDATES["average"]}
    choice = AdaptiveChoice(candidates, ["two_phases", "average"], 0.5)
    assert choice.decide(model(8, 8, 8, 0), 8).chosen == "average"


def test_a_share_at_the_threshold_is_enough() -> None:
    """Of two samples one passes, of two others none: half of the groups of two vary."""
    outcomes = model(1, 1, 1, 1, num_samples=2) + model(0, 0, 0, 0, num_samples=2)
    assert decide(outcomes, threshold=0.5).starved is False
    assert decide(outcomes, threshold=0.51).starved is True


def test_the_figures_of_candidates_outside_the_order_are_shown() -> None:
    decision = decide(model(8, 4, 0, 0))
    assert [candidate.name for candidate in decision.candidates] == [*ORDER, "average"]


@given(counts=st.tuples(COUNTS, COUNTS, COUNTS, COUNTS), threshold=st.floats(0, 1))
def test_the_rule_is_total_deterministic_and_means_what_it_says(
    counts: tuple[int, int, int, int], threshold: float
) -> None:
    decision = decide(model(*counts), threshold)
    assert decision == decide(model(*counts), threshold)
    assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision
    weakest = {candidate.name: candidate.weakest_share for candidate in decision.candidates}
    harder = ORDER[: ORDER.index(decision.chosen)]
    assert all(weakest[name] < threshold for name in harder)
    assert decision.starved == (weakest[decision.chosen] < threshold)


def test_the_chosen_policy_is_found_by_its_name() -> None:
    choice = AdaptiveChoice(CANDIDATES, ORDER)
    assert choice.policy("reversed_ce").at(0) == TierWeights({Tier.COMPLEX: 0.35})
    with pytest.raises(UserError, match=r"decision\.json: mastery"):
        choice.policy("mastery")


@pytest.mark.parametrize(
    ("order", "threshold", "key"),
    [
        ([], 0.5, "curriculum.hardest_first:"),
        (["mastery"], 0.5, "curriculum.hardest_first:"),
        (ORDER, 1.5, "curriculum.threshold:"),
        (ORDER, float("nan"), "curriculum.threshold:"),
    ],
)
def test_a_bad_setting_names_its_key(order: Sequence[str], threshold: float, key: str) -> None:
    with pytest.raises(UserError) as caught:
        AdaptiveChoice(CANDIDATES, order, threshold)
    assert str(caught.value).startswith(key)
