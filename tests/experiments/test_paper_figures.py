"""Reward curves, and length against score, from what runs log."""

import math
from pathlib import Path

import pytest

from experiments.paper import length
from experiments.paper.grid import arrange
from experiments.paper.length import __main__ as length_command
from experiments.paper.length.bins import bins_of, last_completions
from experiments.paper.reading import read_entries
from experiments.paper.reward_curves import __main__ as curves_command
from experiments.paper.settings import PUBLISHED
from tarot.runs import RunDirectory
from tarot.runs.rollouts import Rollout, write_rollouts
from tarot.types import TestResult, Tier, TierWeights, UserError, Verdict
from tests.experiments.paper_runs import config_of, write_run, write_scores

PNG = b"\x89PNG\r\n"
MODEL = "gemma2-2b"
NUM_STEPS = 20


def write_log(run: RunDirectory, slope: float) -> None:
    """A reward that rises with the steps, and completions that get shorter and end in time."""
    for step in range(1, NUM_STEPS + 1):
        lengths = {"completion/length": 100.0 - step, "completion/truncated": 0.0}
        run.log.append({"step": step, "reward": slope * step, **lengths})


def rollout(step: int, tokens: int | None, *verdicts: Verdict) -> Rollout:
    """A completion whose tests ended so."""
    return Rollout(
        step=step,
        progress=0.0,
        group=0,
        problem_id=f"p{(tokens or 0) // 10 % 2}",
        family=None,
        completion="x",
        program=None,
        truncated=False,
        results=tuple(TestResult(Tier.BASIC, verdict) for verdict in verdicts),
        reward=None,
        parts={},
        weights=TierWeights({}),
        num_tokens=tokens,
    )


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Two seeds of one policy, and an untouched run of another model."""
    seeds = [write_run(tmp_path / "runs", config_of(MODEL, "average", seed)) for seed in (1, 2)]
    for run, slope in zip(seeds, (0.1, 0.2), strict=True):
        write_log(run, slope)
        write_scores(run.path, 1, 2)
    bare = write_run(tmp_path / "runs", config_of("gemma2-9b", "average"))
    return [*(run.path for run in seeds), bare.path]


def test_curves_of_two_seeds_have_an_interval_over_seeds(runs: list[Path], tmp_path: Path) -> None:
    """Means of two steps: 0.15 to 1.95 and 0.3 to 3.9; changes 1.8 and 3.6, and t(1) is 12.7."""
    curves_command.main([*map(str, runs), f"out={tmp_path}", "window=3"])
    text = (tmp_path / "table.md").read_text()
    assert f"| {MODEL} | average | 2 | 20 | 0.225 | 2.925 | +2.700 [-8.736, +14.136] |" in text
    assert "| gemma2-9b | average | 0 | \N{EN DASH} | " in text
    lines = (tmp_path / "table.csv").read_text().splitlines()
    assert len(lines) == 1 + 2 * NUM_STEPS
    assert lines[-1] == f"{MODEL},average,2,{runs[1].name},20,4.0"
    assert (tmp_path / "curves.png").read_bytes().startswith(PNG)
    assert MODEL in (tmp_path / "table.tex").read_text()


def test_a_run_without_the_metric_at_an_end_is_a_hole(tmp_path: Path) -> None:
    """One seed logs it at every step, the other never in its first tenth."""
    seeds = [write_run(tmp_path / "runs", config_of(MODEL, "average", seed)) for seed in (1, 2)]
    for run, first in zip(seeds, (1, 3), strict=True):
        for step in range(1, NUM_STEPS + 1):
            run.log.append({"step": step, "kept": 0.1 * step if step >= first else math.nan})
    curves_command.main([*(str(run.path) for run in seeds), f"out={tmp_path}", "metric=kept"])
    text = (tmp_path / "table.md").read_text()
    assert f"| {MODEL} | average | 1 | 20 | 0.150 | 1.950 | +1.800† |" in text
    curves_command.main([str(seeds[1].path), f"out={tmp_path}", "metric=kept"])
    hole = " | \N{EN DASH}" * 4
    assert f"| {MODEL} | average | 0{hole} |" in (tmp_path / "table.md").read_text()


def test_a_metric_that_no_run_logs_is_named(runs: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="metric=rewrad: in no log"):
        curves_command.main([*map(str, runs), f"out={tmp_path}", "metric=rewrad"])
    with pytest.raises(UserError, match="window: 2 is even"):
        curves_command.main([*map(str, runs), "window=2"])


def test_completions_of_the_last_steps_are_binned_by_length(
    runs: list[Path], tmp_path: Path
) -> None:
    """Up to 40 tokens both tests pass, and beyond one of them; what was lost does not count."""
    run, won, lost = RunDirectory(runs[0]), Verdict.ACCEPTED, Verdict.WRONG_ANSWER
    write_rollouts(run, 19, [rollout(19, 5, lost)])
    short = [rollout(20, tokens, won, won) for tokens in (10, 20, 30, 40)]
    long = [rollout(20, tokens, won, lost) for tokens in (50, 60, 70, 80)]
    gone = [rollout(20, 10, won, Verdict.INFRASTRUCTURE), rollout(20, None, won)]
    write_rollouts(run, 20, [*short, *gone, *long])
    (entry,) = arrange(read_entries(runs[:1]), length.SPEC, PUBLISHED).entries
    bins = bins_of(last_completions(entry), num_bins=2)
    assert [(one.low, one.high, one.mean) for one in bins] == [(10, 40, 25.0), (50, 80, 65.0)]
    assert [one.passed.mean for one in bins] == [1.0, 0.5]
    assert [(one.passed.num_clusters, one.passed.num_samples) for one in bins] == [(2, 4), (2, 4)]

    length_command.main([*map(str, runs), f"out={tmp_path}"])
    text = (tmp_path / "table.md").read_text()
    assert f"| {MODEL} | average | 2 | 98 | 80 | 0.0% | 50.0 [50.0, 50.0] |" in text
    assert "- 1 runs have completions" in text
    assert (tmp_path / "table.csv").read_text().count("\n") == 1 + 8
    assert (tmp_path / "length.png").read_bytes().startswith(PNG)
