"""TRL's own advantages on synthetic groups, against the formulas and between forms of a reward."""

from collections.abc import Sequence
from itertools import product
from math import fsum, prod
from pathlib import Path
from random import Random

import pytest
from datasets import Dataset
from hydra.utils import instantiate
from omegaconf import OmegaConf

from tarot.capability import constant_share, reward_variance, scaled_power, unscaled_power
from tarot.curriculum import code_reward, phases
from tarot.sampling import LoadedModel
from tarot.training.trainer import TierGRPOTrainer
from tarot.types import Policy, Tier
from tests.sampling.small_models import load_small
from tests.training.on_cpu import grpo_config

pytestmark = pytest.mark.e2e

FOLDER = Path(__file__).parents[2] / "conf" / "curriculum"
PUBLISHED = (
    "basic_only",
    "complex_only",
    "edge_only",
    "forward_uniform",
    "forward_bi",
    "forward_ce",
    "reversed_ce",
)
PATTERNS = [dict(zip(Tier, bits, strict=True)) for bits in product((0.0, 1.0), repeat=len(Tier))]
# What TRL adds to the deviation of a group before it divides.
EPSILON = 1e-4


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_small(tmp_path_factory.mktemp("models") / "tiny", "tiny")


def advantages(
    model: LoadedModel, folder: Path, groups: Sequence[Sequence[float]], scale_rewards: str
) -> list[list[float]]:
    """What TRL makes of groups of rewards."""
    size = len(groups[0])
    prompts = [{"prompt": [{"role": "user", "content": "Go."}]}] * len(groups) * size
    trainer = TierGRPOTrainer(
        model=model.weights,
        processing_class=model.tokenizer,
        reward_funcs=[lambda **_: [reward for group in groups for reward in group]],
        args=grpo_config(
            folder, size * len(groups), size, max_completion_length=1, scale_rewards=scale_rewards
        ),
        train_dataset=Dataset.from_list(prompts),
    )
    found = trainer._generate_and_score_completions(prompts)["advantages"].tolist()
    return [found[start : start + size] for start in range(0, len(found), size)]


@pytest.mark.parametrize("group_size", [2, 4])
@pytest.mark.parametrize("scale_rewards", ["group", "none"])
def test_the_expected_power_of_an_advantage_is_that_of_the_formula(
    model: LoadedModel, tmp_path: Path, group_size: int, scale_rewards: str
) -> None:
    """All groups of three rewards, each with its probability."""
    law = {0.0: 0.5, 0.3: 0.3, 1.0: 0.2}
    groups = list(product(law, repeat=group_size))
    found = advantages(model, tmp_path, groups, scale_rewards)
    power = fsum(
        prod(law[reward] for reward in group) * fsum(value**2 for value in values) / group_size
        for group, values in zip(groups, found, strict=True)
    )
    if scale_rewards == "group":
        expected = scaled_power(constant_share(law, group_size), group_size)
    else:
        expected = unscaled_power(reward_variance(law), group_size)
    # The least deviation is that of one 0.3 in a group of four, 0.15; squares take it twice.
    assert power == pytest.approx(expected, rel=2 * EPSILON / 0.15)


def test_published_and_normalised_rewards_give_the_same_advantages(
    model: LoadedModel, tmp_path: Path
) -> None:
    """Every phase of every published policy, all patterns in groups of four, format constant.

    The least step of a published reward is 0.15. A group of four in which one differs by it has
    deviation 0.075, which the epsilon changes by 1 part in 750; no advantage exceeds 1.5.
    """
    published: list[list[float]] = []
    normalised: list[list[float]] = []
    for name in PUBLISHED:
        policy: Policy = instantiate(OmegaConf.load(FOLDER / f"{name}.yaml"))
        for phase in phases(policy):
            for group in mixed_groups(name):
                for rewards, normalize in ((published, False), (normalised, True)):
                    parts = [code_reward(passes, phase.weights, normalize) for passes in group]
                    rewards.append([1.0 + (part or 0.0) for part in parts])
    as_published = advantages(model, tmp_path, published, "group")
    as_normalised = advantages(model, tmp_path, normalised, "group")
    assert any(abs(value) > 0.5 for group in as_published for value in group)
    for left, right in zip(as_published, as_normalised, strict=True):
        assert left == pytest.approx(right, abs=1.5 / 750)


def mixed_groups(seed: str) -> list[list[dict[Tier, float]]]:
    """All patterns in groups of four, mixed four times."""
    groups = []
    for turn in range(4):
        mixed = Random(f"{seed}/{turn}").sample(PATTERNS, len(PATTERNS))
        groups += [mixed[start : start + 4] for start in range(0, len(mixed), 4)]
    return groups
