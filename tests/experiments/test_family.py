"""The family that was fixed before the runs."""

from pathlib import Path

import pytest

from experiments.paper.family import (
    FILE,
    Family,
    ModelScores,
    aggregated,
    apply_family,
    read_family,
)
from tarot.cli.composition import CONF
from tarot.metrics.seeds import paired
from tarot.types import UserError

FAMILY = Family.model_validate(
    {
        "aggregate": {"name": "both", "benchmarks": ["x", "y"]},
        "models": ["small", "large"],
        "comparisons": [{"policy": "new", "against": "old"}, {"policy": "old", "against": "older"}],
        "min_seeds": 3,
        "alpha": 0.05,
    }
)


def model_scores(new: list[float], old: list[float]) -> ModelScores:
    """Two policies with the same score on both benchmarks, by seed."""
    return {
        "new": {name: dict(enumerate(new)) for name in ("x", "y")},
        "old": {name: dict(enumerate(old)) for name in ("x", "y")},
    }


def test_the_papers_family_names_curricula_and_models_that_there_are() -> None:
    family = read_family()
    pairs = [(one.policy, one.against) for one in family.comparisons]
    assert pairs == [
        ("adaptive", "average"),
        ("adaptive", "pass_at_all"),
        ("forward_ce", "reversed_ce"),
    ]
    for name in {name for pair in pairs for name in pair}:
        assert (CONF / "curriculum" / f"{name}.yaml").exists()
    assert len(family.models) == 9
    assert all((CONF / "model" / f"{name}.yaml").exists() for name in family.models)


def test_the_aggregate_is_the_mean_of_benchmarks_on_seeds_that_have_them_all() -> None:
    found = aggregated(FAMILY, {"x": {1: 0.2, 2: 0.4}, "y": {2: 0.6, 3: 1.0}, "z": {2: 0.0}})
    assert found == {2: pytest.approx(0.5)}


def test_holm_counts_the_tests_that_could_not_be_made() -> None:
    """One test of four is there, so its p-value is multiplied by four."""
    new, old = [0.50, 0.52, 0.51], [0.40, 0.41, 0.42]
    by_hand = paired(dict(enumerate(new)), dict(enumerate(old)))
    found = apply_family(FAMILY, {"small": model_scores(new, old)})
    assert [(test.model, test.comparison.policy) for test in found] == [
        ("small", "new"),
        ("small", "old"),
        ("large", "new"),
        ("large", "old"),
    ]
    assert found[0].result is not None
    assert found[0].result.mean == pytest.approx(0.1)
    assert found[0].result.adjusted == pytest.approx(4 * by_hand.p)
    assert found[0].differs
    assert [test.result for test in found[1:]] == [None] * 3
    assert found[1].missing == "0 of 3 seeds have all benchmarks under old and older"


def test_a_difference_the_other_way_is_one_too() -> None:
    found = apply_family(FAMILY, {"small": model_scores([0.40, 0.41, 0.42], [0.50, 0.52, 0.51])})
    assert found[0].result is not None
    assert found[0].result.mean == pytest.approx(-0.1)
    assert found[0].differs


def test_two_seeds_are_too_few() -> None:
    found = apply_family(FAMILY, {"small": model_scores([0.5, 0.5], [0.4, 0.4])})
    assert found[0].missing == "2 of 3 seeds have all benchmarks under new and old"


def test_a_misspelt_key_of_the_file_is_named(tmp_path: Path) -> None:
    text = FILE.read_text()
    path = tmp_path / "family.yaml"
    path.write_text(text.replace("{policy: adaptive", "{polcy: adaptive", 1))
    with pytest.raises(UserError, match=r"comparisons\.0\.polcy: no such key; did you mean policy"):
        read_family(path)
