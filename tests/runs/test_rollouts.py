"""Rollouts come back as they were written, to the bit."""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarot.runs import RunDirectory
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.rollouts import (
    Rollout,
    read_rollouts,
    results_column,
    results_of,
    rollout_table,
    write_rollouts,
)
from tarot.types import TestResult, Tier, TierWeights, Verdict

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
FLOATS = st.floats(allow_nan=False)
RESULTS = st.builds(
    TestResult,
    tier=st.none() | st.sampled_from(Tier),
    verdict=st.sampled_from(Verdict),
    cpu_s=FLOATS,
    wall_s=FLOATS,
)
ROLLOUTS = st.builds(
    Rollout,
    step=st.just(3),
    progress=FLOATS,
    group=st.integers(0, 1000),
    problem_id=TEXT,
    family=st.none() | TEXT,
    completion=TEXT,
    program=st.none() | TEXT,
    truncated=st.booleans(),
    results=st.lists(RESULTS).map(tuple),
    reward=st.none() | FLOATS,
    parts=st.dictionaries(TEXT, FLOATS),
    weights=st.builds(
        TierWeights,
        weights=st.dictionaries(st.sampled_from(Tier), FLOATS),
        all_must_pass=st.booleans(),
    ),
    num_tokens=st.none() | st.integers(0, 2**31 - 1),
    selected=st.none() | st.booleans(),
    passed_end=st.none() | TEXT,
)
ROLLOUT = Rollout(
    step=1,
    progress=0.0,
    group=0,
    problem_id="p",
    family=None,
    completion="text",
    program="pass",
    truncated=False,
    results=(TestResult(Tier.BASIC, Verdict.ACCEPTED, 0.1, 0.2),),
    reward=1.0,
    parts={"code": 1.0},
    weights=TierWeights({Tier.BASIC: 0.25}),
)


def run_with(folder: Path, *rewards: tuple[float | None, ...]) -> RunDirectory:
    """A run whose steps earned these rewards."""
    folder.mkdir()
    run = RunDirectory(folder)
    for step, earned in enumerate(rewards, start=1):
        rows = [replace(ROLLOUT, step=step, reward=reward) for reward in earned]
        write_rollouts(run, step, rows)
    return run


@settings(max_examples=30)
@given(rollouts=st.lists(ROLLOUTS))
def test_rollouts_survive_their_file(
    tmp_path_factory: pytest.TempPathFactory, rollouts: list[Rollout]
) -> None:
    run = RunDirectory(tmp_path_factory.mktemp("run"))
    write_rollouts(run, 3, rollouts)
    assert list(read_rollouts(run)) == rollouts


def test_steps_are_read_in_order_of_their_numbers(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    for step in (1_000_000, 2, 10):
        write_rollouts(run, step, [replace(ROLLOUT, step=step)])
    assert [rollout.step for rollout in read_rollouts(run)] == [2, 10, 1_000_000]
    assert run.rollouts_of(12).name == "step-000012.parquet"


def test_other_tools_see_plain_columns(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    write_rollouts(run, 1, [ROLLOUT])
    (row,) = pq.read_table(run.rollouts_of(1)).to_pylist()
    assert row["results"] == [{"tier": "basic", "verdict": "accepted", "cpu_s": 0.1, "wall_s": 0.2}]
    assert row["weights"] == {"basic": 0.25, "intermediate": None, "complex": None, "edge": None}


def test_a_table_holds_some_columns_of_all_steps_in_order(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    for step in (2, 1):
        rows = [replace(ROLLOUT, step=step, reward=reward) for reward in (None, 0.5)]
        write_rollouts(run, step, rows)
    table = rollout_table(run, ("step", "reward", "results"))
    assert table.column_names == ["step", "reward", "results"]
    assert table["step"].to_pylist() == [1, 1, 2, 2]
    assert table["reward"].to_pylist() == [None, 0.5, None, 0.5]
    assert {results_of(row) for row in table["results"].to_pylist()} == {ROLLOUT.results}
    assert results_column([ROLLOUT.results] * 4) == table["results"].combine_chunks()


def test_a_table_of_a_run_without_rollouts_is_empty(tmp_path: Path) -> None:
    assert len(rollout_table(RunDirectory(tmp_path), ("step", "parts"))) == 0


def test_rollouts_from_before_a_column_was_added_are_read(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    write_rollouts(run, 1, [ROLLOUT])
    table = pq.read_table(run.rollouts_of(1)).drop_columns(["num_tokens", "selected", "passed_end"])
    pq.write_table(table, run.rollouts_of(1))
    assert list(read_rollouts(run)) == [ROLLOUT]


def test_equal_runs_differ_nowhere(tmp_path: Path) -> None:
    a = run_with(tmp_path / "a", (1.0, None), (0.5, 0.25))
    b = run_with(tmp_path / "b", (1.0, None), (0.5, 0.25))
    assert compare_runs(a, b) == RunComparison(2, None, 0.0)


def test_the_first_differing_step_and_the_largest_difference_are_found(tmp_path: Path) -> None:
    a = run_with(tmp_path / "a", (1.0,), (0.5, 1.0), (0.0,), (1.0,))
    b = run_with(tmp_path / "b", (1.0,), (0.5, 0.75), (1.0,))
    assert compare_runs(a, b) == RunComparison(3, 2, 1.0)


def test_a_reward_on_one_side_alone_is_a_difference_without_a_size(tmp_path: Path) -> None:
    a = run_with(tmp_path / "a", (None,))
    b = run_with(tmp_path / "b", (1.0,))
    assert compare_runs(a, b) == RunComparison(1, 1, 0.0)


def test_another_completion_of_the_same_reward_is_a_difference(tmp_path: Path) -> None:
    a = run_with(tmp_path / "a", (1.0,))
    b = run_with(tmp_path / "b", (1.0,))
    write_rollouts(b, 1, [replace(ROLLOUT, completion="other")])
    assert compare_runs(a, b) == RunComparison(1, 1, 0.0)
