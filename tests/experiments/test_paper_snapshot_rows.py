"""The snapshots of the paper's runs fill the rows of its tables; published ones are confounded."""

from pathlib import Path
from typing import Any

import pytest

from experiments.paper import HERE, beta, epochs, main, temperature
from experiments.paper.fairness import unlike_entries
from experiments.paper.grid import arrange
from experiments.paper.naming import MODELS, POLICIES, UNTUNED, model_name, policy_name
from experiments.paper.reading import Entry
from experiments.paper.settings import PUBLISHED, setting_of
from experiments.paper.spec import Spec
from tarot.runs.identity import hashed_settings
from tarot.runs.snapshots import read_snapshots
from tests.experiments.paper_runs import FINGERPRINT


def entries_of(path: Path) -> list[Entry]:
    """The runs of a snapshot, as if they were there."""
    return [entry_of(name, config) for name, config in read_snapshots(path).items()]


def entry_of(name: str, config: dict[str, Any]) -> Entry:
    """A run without scores."""
    return Entry(
        path=Path(name),
        model=model_name(config["model"]["id"]),
        policy=policy_name(config),
        seed=config["seed"],
        setting=setting_of(config["trainer"]),
        identity=hashed_settings(config, FINGERPRINT),
        is_finished=True,
        scores={},
        notes=(),
    )


def test_the_main_table_has_a_row_for_every_model_and_policy() -> None:
    entries = entries_of(main.SPEC.folder / "configs.json")
    grid = arrange(entries, main.SPEC, PUBLISHED)
    trained = [policy for policy in POLICIES if policy != UNTUNED]
    assert [(row.model, row.policy) for row in grid.rows] == [
        (model, policy) for model in MODELS for policy in trained
    ]
    assert {len(found) for found in grid.rows.values()} == {3}
    assert unlike_entries(entries, [], None) == []


@pytest.mark.parametrize("spec", [beta.SPEC, temperature.SPEC, epochs.SPEC], ids=lambda s: s.axis)
def test_an_ablation_fills_the_rows_that_its_table_has(spec: Spec) -> None:
    entries = entries_of(spec.folder / "configs.json")
    grid = arrange(entries, spec, PUBLISHED)
    assert [(row.policy, row.value) for row in grid.rows] == [
        ("forward_ce", value) for value in spec.values
    ]
    assert {len(found) for found in grid.rows.values()} == {3}
    assert unlike_entries(entries, [], spec.axis) == []


def test_published_recipes_that_differ_in_more_than_the_policy_are_told() -> None:
    """Gemma-2's `uni` and `var` have half the accumulation of its other recipes."""
    recipes = [
        entry
        for entry in entries_of(HERE / "recipes" / "published.json")
        if entry.model.startswith("gemma2")
    ]
    found = [
        (one.entry.model, one.entry.policy, *one.keys) for one in unlike_entries(recipes, [], None)
    ]
    assert sorted(found) == [
        (model, policy, "problems_per_step")
        for model in ("gemma2-2b", "gemma2-9b")
        for policy in ("forward_bi", "forward_uniform")
    ]
