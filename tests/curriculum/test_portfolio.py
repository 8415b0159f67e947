"""The policies that ship, against laws that hold for all and a table of the published ones."""

import math
import pickle
from itertools import product
from pathlib import Path

import pytest
from hydra.utils import instantiate
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from tarot.curriculum import OnlinePolicy, code_reward, phases
from tarot.types import Policy, Tier

FOLDER = Path(__file__).parents[2] / "conf" / "curriculum"
PORTFOLIO = {
    "average",
    "basic_only",
    "complex_only",
    "edge_only",
    "forward_bi",
    "forward_ce",
    "forward_uniform",
    "pass_at_all",
    "reversed_ce",
}
PROGRESS = st.floats(min_value=0, max_value=1)
# Which of basic, intermediate, complex, edge pass: 0000, 0001 (edge alone), ..., 1111.
PATTERNS = [dict(zip(Tier, map(float, bits), strict=True)) for bits in product((0, 1), repeat=4)]
EARLY, SECOND, THIRD, LAST = (0.0, 0.19), (0.2, 0.39), (0.4, 0.59), (0.6, 1.0)
ALL_CE = [0, 35, 35, 70, 15, 50, 50, 85, 15, 50, 50, 85, 30, 65, 65, 100]
# Published code reward in hundredths, one row per phase, one number per pattern.
PUBLISHED: dict[str, dict[tuple[float, ...], list[int]]] = {
    "basic_only": {EARLY + SECOND + THIRD + LAST: [0] * 8 + [100] * 8},
    "complex_only": {EARLY + SECOND + THIRD + LAST: [0, 0, 100, 100] * 4},
    "edge_only": {EARLY + SECOND + THIRD + LAST: [0, 100] * 8},
    "forward_uniform": {
        EARLY: [0] * 8 + [25] * 8,
        SECOND: [0] * 4 + [25] * 8 + [50] * 4,
        THIRD: [0, 0, 25, 25, 25, 25, 50, 50, 25, 25, 50, 50, 50, 50, 75, 75],
        LAST: [0, 25, 25, 50, 25, 50, 50, 75, 25, 50, 50, 75, 50, 75, 75, 100],
    },
    "forward_bi": {
        EARLY: [0] * 8 + [35] * 8,
        SECOND: [0] * 4 + [35] * 8 + [70] * 4,
        THIRD: [0, 0, 15, 15, 35, 35, 50, 50, 35, 35, 50, 50, 70, 70, 85, 85],
        LAST: [0, 15, 15, 30, 35, 50, 50, 65, 35, 50, 50, 65, 70, 85, 85, 100],
    },
    "forward_ce": {
        EARLY: [0] * 8 + [15] * 8,
        SECOND: [0] * 4 + [15] * 8 + [30] * 4,
        THIRD: [0, 0, 35, 35, 15, 15, 50, 50, 15, 15, 50, 50, 30, 30, 65, 65],
        LAST: ALL_CE,
    },
    "reversed_ce": {
        EARLY: [0, 0, 35, 35] * 4,
        SECOND: [0, 35, 35, 70] * 4,
        THIRD: [0, 35, 35, 70, 15, 50, 50, 85] * 2,
        LAST: ALL_CE,
    },
}


@pytest.fixture(scope="module")
def policies() -> dict[str, Policy]:
    nodes = {path.stem: OmegaConf.load(path) for path in sorted(FOLDER.glob("*.yaml"))}
    built = {name: instantiate(node) for name, node in nodes.items() if "defaults" not in node}
    return {name: one for name, one in built.items() if not isinstance(one, OnlinePolicy)}


def rewards(policy: Policy, progress: float, normalize: bool) -> list[float | None]:
    weights = policy.at(progress)
    return [code_reward(passes, weights, normalize) for passes in PATTERNS]


def test_the_portfolio_has_the_nine_policies(policies: dict[str, Policy]) -> None:
    assert set(policies) == PORTFOLIO


@given(progress=PROGRESS)
def test_a_policy_is_total_with_positive_finite_weights(
    policies: dict[str, Policy], progress: float
) -> None:
    for policy in policies.values():
        weights = policy.at(progress).weights
        assert weights
        assert all(math.isfinite(weight) and weight > 0 for weight in weights.values())


@given(first=PROGRESS, second=PROGRESS)
def test_a_policy_has_no_memory(policies: dict[str, Policy], first: float, second: float) -> None:
    for policy in policies.values():
        before = policy.at(first)
        policy.at(second)
        assert policy.at(first) == before == pickle.loads(pickle.dumps(policy)).at(first)


@given(progress=PROGRESS)
def test_the_normalised_ceiling_is_exactly_one_at_every_moment(
    policies: dict[str, Policy], progress: float
) -> None:
    for policy in policies.values():
        values = rewards(policy, progress, normalize=True)
        assert values[0] == 0
        assert values[-1] == max(value for value in values if value is not None) == 1


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_policy_gives_the_published_reward_on_all_patterns(
    policies: dict[str, Policy], name: str
) -> None:
    for moments, hundredths in PUBLISHED[name].items():
        for progress in moments:
            values = rewards(policies[name], progress, normalize=False)
            assert values == pytest.approx([value / 100 for value in hundredths], abs=1e-12)


def test_the_published_ceilings_rise_as_the_weights_of_forward_ce_add_up(
    policies: dict[str, Policy],
) -> None:
    ceilings = [rewards(policies["forward_ce"], at, False)[-1] for at in (0.0, 0.2, 0.4, 0.6)]
    assert ceilings == pytest.approx([0.15, 0.3, 0.65, 1.0], abs=1e-12)


def test_pass_at_all_rewards_the_full_pattern_alone(policies: dict[str, Policy]) -> None:
    for normalize in (True, False):
        assert rewards(policies["pass_at_all"], 0.5, normalize) == [0.0] * 15 + [1.0]


def test_average_counts_the_tiers_that_pass(policies: dict[str, Policy]) -> None:
    quarters = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4]
    assert rewards(policies["average"], 0.0, True) == [quarter / 4 for quarter in quarters]


def test_phases_are_read_off_at_the_published_boundaries(policies: dict[str, Policy]) -> None:
    starts = {name: [phase.start for phase in phases(policies[name])] for name in policies}
    staged = {"forward_uniform", "forward_bi", "forward_ce", "reversed_ce"}
    assert starts == {name: [0, 0.2, 0.4, 0.6] if name in staged else [0] for name in PORTFOLIO}
