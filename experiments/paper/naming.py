"""Which model and which policy a config means, by the names that `conf/` gives them."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from tarot.cli.composition import CONF

UNTUNED = "untuned"
ADAPTIVE = "adaptive"
BINARY = "binary_published"
MODELS = (
    *("qwen2.5-1.5b", "qwen2.5-3b", "qwen2.5-7b"),
    *("qwen2.5-coder-1.5b", "qwen2.5-coder-3b", "qwen2.5-coder-7b"),
    *("qwen3-4b", "gemma2-2b", "gemma2-9b"),
)
"""The paper's models, in the order of its tables."""

POLICIES = (
    *(UNTUNED, "average", "pass_at_all", "basic_only", "complex_only", "edge_only"),
    *("forward_uniform", "forward_bi", "forward_ce", "reversed_ce", ADAPTIVE),
)
"""What the paper's tables set side by side: the untuned model, and the policies to train it by."""

PORTFOLIO = POLICIES[POLICIES.index("basic_only") : POLICIES.index(ADAPTIVE)]
"""The curricula that a policy is chosen from."""

_ADAPTIVE_CLASS = "AdaptiveChoice"
_SHA_LENGTH = 4


def model_name(model_id: str) -> str:
    """The option of `conf/model` with that hub id, or the id where there is none."""
    return _models().get(model_id, model_id)


def policy_name(config: Mapping[str, Any]) -> str:
    """The option of `conf/curriculum` whose policy a config trains by.

    `adaptive` stands for every rule of that kind. A curriculum that is no option is `own-` and four
    digits of its sha256. The published binary reward, which no curriculum changes, is a policy.
    """
    if f"rewards.{BINARY}." in json.dumps(config["reward"]):
        return BINARY
    curriculum = config["curriculum"]
    if curriculum.get("_target_", "").endswith(f".{_ADAPTIVE_CLASS}"):
        return ADAPTIVE
    key = _canonical(curriculum)
    return _curricula().get(key) or f"own-{hashlib.sha256(key.encode()).hexdigest()[:_SHA_LENGTH]}"


def in_order(names: set[str], order: tuple[str, ...]) -> list[str]:
    """The names in the paper's order, and after them the others by the alphabet."""
    return [*(name for name in order if name in names), *sorted(names - set(order))]


@cache
def _models() -> dict[str, str]:
    return {_plain(path)["id"]: path.stem for path in _options("model")}


@cache
def _curricula() -> dict[str, str]:
    """The names of the fixed policies, which need no composing, by their settings."""
    nodes = {path.stem: _plain(path) for path in _options("curriculum")}
    return {_canonical(node): name for name, node in nodes.items() if "defaults" not in node}


def _options(group: str) -> list[Path]:
    return sorted((CONF / group).glob("*.yaml"))


def _plain(path: Path) -> dict[str, Any]:
    return dict(OmegaConf.to_container(OmegaConf.load(path)))  # type: ignore[arg-type]


def _canonical(node: object) -> str:
    return json.dumps(_same_numbers(node), sort_keys=True)


def _same_numbers(value: object) -> object:
    """Whole numbers as floats, so that 1 and 1.0 are the same weight."""
    if isinstance(value, Mapping):
        return {key: _same_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_same_numbers(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
