"""The tables, as a reader of the README gets them."""

from pathlib import Path

import pytest

from experiments.demo import table
from experiments.demo.pooling import Place, collect
from experiments.demo.results import Results
from experiments.results import FILE, TABLE
from tarot.runs import write_json
from tarot.types import UserError

ROWS = """\
| rewards | seed | problems | before | after | difference | 95% interval |
| :-- | :-- | --: | --: | --: | --: | --: |
| tiered | 21 | 2 | 25.0% | 75.0% | +50.0 | [+50.0, +50.0] |
| tiered | 22 | 2 | 25.0% | 25.0% | +0.0 | [+0.0, +0.0] |
| tiered | 23 | 2 | 25.0% | 25.0% | +0.0 | [+0.0, +0.0] |
| **tiered** | **pooled** | **5** | **20.0%** | **35.0%** | **+15.0** | **[-12.8, +42.8]** |
| permuted (control) | 21 | 2 | 25.0% | 25.0% | +0.0 | [+0.0, +0.0] |
"""
CONTROL = "After GRPO, tiered minus permuted, pooled: +15.0 points, 95% interval [-12.8, +42.8]."
TIER = "| tiered | complex | 5 | 60.0% | 67.5% | +7.5 | [-6.4, +21.4] |"


def test_a_whole_study_shows_seeds_pool_control_and_tiers(study: list[Place]) -> None:
    text = table.render(collect(study))
    trained, _, unseen = text.partition("**Families never seen**")
    assert ROWS in trained
    assert CONTROL in trained
    assert "| tiered | 21 | 1 | 0.0% | 0.0% | +0.0 | [-100.0, +100.0] |" in unseen
    assert TIER in trained
    assert "missing" not in text


def test_a_missing_run_is_a_line_and_its_arm_has_no_pool(study: list[Place]) -> None:
    study[1].run.summary_path.unlink()
    text = table.render(collect(study))
    assert f"- missing: tiered, seed 22: {study[1].run.path}: not finished" in text
    assert "| tiered | 21 |" in text
    assert "| tiered | 22 |" not in text
    assert "| **tiered** | **pooled**" not in text
    assert "| **permuted (control)** | **pooled**" in text
    assert "tiered minus permuted" not in text


def test_the_table_is_made_again_from_the_results_alone(study: list[Place], tmp_path: Path) -> None:
    results = collect(study)
    write_json(tmp_path / FILE, results.to_json())
    assert Results.read(tmp_path) == results
    assert table.main([f"out={tmp_path}"]) == 0
    assert (tmp_path / TABLE).read_text() == table.render(results)


def test_the_results_do_not_depend_on_where_or_when(study: list[Place], tmp_path: Path) -> None:
    first, second = collect(study).to_json(), collect(study).to_json()
    assert first == second
    assert str(tmp_path) not in str(first)


@pytest.mark.parametrize(("text", "reason"), [(None, "no such file"), ("{}", "no results")])
def test_a_folder_without_results_is_named(tmp_path: Path, text: str | None, reason: str) -> None:
    if text is not None:
        (tmp_path / FILE).write_text(text)
    with pytest.raises(UserError, match=f"{FILE}: {reason}"):
        table.main([f"out={tmp_path}"])
