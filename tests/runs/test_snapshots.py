"""Snapshots of several runs: what goes in comes out, and nothing stands there twice."""

from pathlib import Path
from typing import Any

import pytest

from tarot.runs import write_json
from tarot.runs.snapshots import pack, read_snapshots, unpack
from tarot.types import UserError

EASY, HARD = {"weights": {"basic": 1.0}}, {"weights": {"edge": 1.0}}


def config(**changes: Any) -> dict[str, Any]:
    return {"model": {"id": "m"}, "trainer": {"beta": 0.0}, "lora": None, "seed": 1, **changes}


def test_a_part_has_the_name_that_runs_give_it_and_values_stand_where_they_are() -> None:
    configs = {
        "a": config(curriculum=EASY),
        "b": config(curriculum=HARD),
        "c": config(curriculum=HARD, seed=2),
    }
    names = {"a": "easy", "b": "hard", "c": "hard"}
    packed = pack(configs, {run: {"curriculum": name} for run, name in names.items()})
    assert packed["common"] == {"model": {"id": "m"}, "trainer": {"beta": 0.0}, "lora": None}
    assert packed["parts"] == {"curriculum": {"easy": EASY, "hard": HARD}}
    assert packed["runs"]["c"] == {"curriculum": "hard", "seed": 2}
    assert unpack(packed) == configs


@pytest.mark.parametrize(
    "labels", [{"a": "x", "b": "x", "c": "x"}, {"a": "x", "b": "y", "c": "z"}, {}]
)
def test_names_that_tell_too_little_or_too_much_are_numbers(labels: dict[str, str]) -> None:
    """Two different values under one name, one under two, or no name; null is a value too."""
    configs = {"a": config(lora={"r": 8}), "b": config(lora=None), "c": config(lora=None)}
    packed = pack(configs, {run: {"lora": labels.get(run, "")} for run in configs})
    assert packed["parts"] == {"lora": {"1": {"r": 8}, "2": None}}
    assert unpack(packed) == configs


def test_one_and_true_are_different_values() -> None:
    configs = {"a": config(seed=1), "b": config(seed=True)}
    assert unpack(pack(configs, {"a": {}, "b": {}}))["b"]["seed"] is True


def test_a_file_of_one_run_is_a_snapshot_by_the_name_of_the_file(tmp_path: Path) -> None:
    write_json(tmp_path / "one.json", config())
    assert read_snapshots(tmp_path / "one.json") == {"one": config()}


def test_a_file_without_a_config_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "other.json", {"runs": {}})
    with pytest.raises(UserError, match="holds no config of a run"):
        read_snapshots(tmp_path / "other.json")
