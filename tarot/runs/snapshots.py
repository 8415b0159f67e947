"""Snapshots: the resolved configs of many runs in one file, from which each is restored exactly.

What all runs share stands once, under `common`. Of the other top-level keys, those that hold
mappings have each of their values once, under `parts` by a label, and a run names the label.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarot.runs.files import read_json
from tarot.types import UserError

Config = Mapping[str, Any]
Labels = Mapping[str, str]
"""What a run calls the values of its keys, as `curriculum: average`."""

_KEYS = {"common", "parts", "runs"}


def pack(configs: Mapping[str, Config], labels: Mapping[str, Labels]) -> dict[str, Any]:
    """The snapshots of runs by name; a value without a label of its own is numbered.

    Raises:
        ValueError: if the configs differ in their keys.
    """
    keys = {frozenset(config) for config in configs.values()}
    if len(keys) != 1:
        raise ValueError("snapshots of configs with different top-level keys")
    values = {key: {name: config[key] for name, config in configs.items()} for key in min(keys)}
    common = {key: next(iter(of.values())) for key, of in values.items() if _is_one(of)}
    differing = {key: of for key, of in values.items() if key not in common}
    named = {
        key: _names(of, {name: labels[name].get(key, "") for name in of})
        for key, of in differing.items()
        if any(isinstance(value, Mapping) for value in of.values())
    }
    return {
        "common": common,
        "parts": {
            key: {label: differing[key][name] for name, label in of.items()}
            for key, of in named.items()
        },
        "runs": {
            name: {key: named.get(key, of)[name] for key, of in differing.items()}
            for name in configs
        },
    }


def unpack(snapshots: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The configs that were packed, by name."""
    parts = snapshots["parts"]
    return {
        name: {
            **snapshots["common"],
            **{key: parts[key][value] if key in parts else value for key, value in run.items()},
        }
        for name, run in snapshots["runs"].items()
    }


def read_snapshots(path: Path) -> dict[str, dict[str, Any]]:
    """The configs in a file by name: of several runs, or of one, named as the file.

    UserError if there are none.
    """
    content = read_json(path)
    if isinstance(content, dict) and content.keys() == _KEYS:
        return unpack(content)
    if isinstance(content, dict) and {"model", "trainer"} <= content.keys():
        return {path.stem: content}
    raise UserError(f"{path}: holds no config of a run")


def placeless(config: Config) -> dict[str, Any]:
    """A config without the folders that its run lay in: it may run anywhere."""
    return {**config, "runs_dir": "runs", "run_dir": None, "sweeps_dir": "sweeps"}


def _is_one(of: Mapping[str, Any]) -> bool:
    return len({_canonical(value) for value in of.values()}) == 1


def _names(of: Mapping[str, Any], labels: Labels) -> dict[str, str]:
    """A label for each run's value: equal values have one, and different ones different ones."""
    texts = {name: _canonical(value) for name, value in of.items()}
    pairs = {(texts[name], labels[name]) for name in of}
    distinct = set(texts.values())
    if all(labels.values()) and len(pairs) == len(distinct) == len({one for _, one in pairs}):
        return dict(labels)
    numbers = {text: str(number) for number, text in enumerate(dict.fromkeys(texts.values()), 1)}
    return {name: numbers[text] for name, text in texts.items()}


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)
