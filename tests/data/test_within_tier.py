"""Every source can say what a tier with several tests gives."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tarot.data import DataSource, HubSource, JsonlSource, Split, StarterSource, write_jsonl
from tarot.data.rows import row_from_problem
from tarot.types import Problem, WithinTier

TEST = {"stdin": "", "expected": "", "tier": "edge"}
ROW = json.dumps({"id": "a", "statement": "Echo.", "tests": [TEST]})


def _starter(_: Path, **settings: Any) -> DataSource:
    return StarterSource(num_problems=2, **settings)


def _jsonl(folder: Path, **settings: Any) -> DataSource:
    return JsonlSource(str(folder / "train.jsonl"), dev_share=0.0, test_share=0.0, **settings)


def _hub(folder: Path, **settings: Any) -> DataSource:
    return HubSource(str(folder), gated=False, dev_share=0.0, test_share=0.0, **settings)


@pytest.mark.parametrize("make", [_starter, _jsonl, _hub])
def test_the_setting_is_carried_by_every_problem(
    make: Callable[..., DataSource], tmp_path: Path
) -> None:
    (tmp_path / "train.jsonl").write_text(ROW)
    mean = make(tmp_path).load(Split.TRAIN)
    every = make(tmp_path, within_tier="all").load(Split.TRAIN)
    assert {problem.within_tier for problem in mean} == {WithinTier.MEAN}
    assert {problem.within_tier for problem in every} == {WithinTier.ALL}
    assert [problem.tests for problem in mean] == [problem.tests for problem in every]
    assert make(tmp_path).fingerprint() != make(tmp_path, within_tier="all").fingerprint()


def test_the_setting_is_not_written(tmp_path: Path) -> None:
    problem = Problem("a", "Echo.", (), within_tier=WithinTier.ALL)
    assert "within_tier" not in row_from_problem(problem)
    write_jsonl([problem], tmp_path / "a.jsonl")
    assert "within_tier" not in (tmp_path / "a.jsonl").read_text()
