"""A fault that is planted in a training comes out first."""

import json
from pathlib import Path

import pytest

from tarot.cli.main import main
from tests.explain.planted import PLANTS, train

pytestmark = [pytest.mark.e2e, pytest.mark.soak]


@pytest.mark.parametrize("name", PLANTS)
def test_the_planted_fault_is_named_first(name: str, tmp_path: Path) -> None:
    plant = PLANTS[name]
    run = train(plant, tmp_path / "planted")
    out = tmp_path / "why.json"
    assert main(["explain", f"run={run.path}", f"out={out}"]) == 0
    named = json.loads(out.read_text())["named"]
    assert named[:1] == [cause for cause in (plant.cause,) if cause is not None]
