"""The notebooks define nothing, hold no outputs, and run."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tarot.capability import PatternCount, ProblemOutcomes, write_outcomes
from tarot.data import StarterSource
from tarot.runs import RunDirectory, prepare, write_json
from tarot.runs.rollouts import Rollout, write_rollouts
from tarot.types import TestResult, Tier, TierWeights, Verdict
from tests.experiments.paper_runs import write_grid

HOLE = "\N{EN DASH}"
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
# One process runs them all, as most of their time is spent on imports.
RUN_CELLS = """
import json, sys
for sources in json.load(sys.stdin):
    names = {}
    for source in sources:
        exec(compile(source, "cell", "exec"), names)
    print(end="\\f")
"""

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]


def sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in code_cells(path)]


def small_run(folder: Path) -> RunDirectory:
    """A finished run of one step with two completions, one of them right."""
    data = {"_target_": "tarot.data.StarterSource", "num_problems": 4}
    config = {"name": "small", "runs_dir": str(folder), "data": data}
    run = prepare({**config, "evaluation": {"split": "test"}}, StarterSource().fingerprint())
    run.outcomes_path.mkdir()
    for when in ("before", "after"):
        solved = PatternCount(dict.fromkeys(Tier, float(when == "after")), 2)
        outcomes = write_outcomes([ProblemOutcomes("a", (solved,))])
        for split in ("test", "unseen"):
            (run.outcomes_path / f"{when}-{split}.json").write_text(outcomes)
    write_rollouts(run, 1, [rollout("print(1)", 1.0), rollout("print('[no]')", 0.0)])
    weights = {f"policy/weight/{tier}": 0.25 for tier in Tier}
    run.log.append({"step": 1, **weights, **{f"tier/{tier}/pass_rate": 0.5 for tier in Tier}})
    write_json(run.decision_path, {"reason": "chosen for its share"})
    write_json(run.summary_path, {})
    return run


def rollout(program: str, reward: float) -> Rollout:
    verdict = Verdict.ACCEPTED if reward else Verdict.WRONG_ANSWER
    return Rollout(
        step=1,
        progress=0.0,
        group=0,
        problem_id="a",
        family=None,
        completion=f"```python\n{program}\n```",
        program=program,
        truncated=False,
        results=tuple(TestResult(tier, verdict) for tier in Tier),
        reward=reward,
        parts={"code": reward},
        weights=TierWeights(dict.fromkeys(Tier, 0.25)),
    )


@pytest.fixture(scope="module")
def shown(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each notebook shows, by name."""
    scored = tmp_path_factory.mktemp("scored")
    write_grid(scored, ["qwen3-4b"], ["average", "forward_ce"], num_solved=10, num_problems=40)
    next(scored.glob("*-average-*/scores/mbpp-*")).unlink()
    environment = {
        **os.environ,
        "PYTHONPATH": str(root),
        "PYTHONUTF8": "1",
        "MPLBACKEND": "Agg",
        "TAROT_RUN": str(small_run(tmp_path_factory.mktemp("runs")).path),
        "TAROT_RUNS": ":".join(map(str, sorted(scored.iterdir()))),
        "COLUMNS": "240",
    }
    ended = subprocess.run(
        [sys.executable, "-c", RUN_CELLS],
        input=json.dumps(list(map(sources, NOTEBOOKS))),
        cwd=NOTEBOOKS[0].parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    *texts, rest = ended.stdout.split("\f")
    assert rest == ""
    return dict(zip([path.stem for path in NOTEBOOKS], texts, strict=True))


def test_the_notebooks_are_numbered_in_reading_order() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["01_suites", "02_a_run", "03_tables"]


@every_notebook
def test_a_notebook_defines_nothing(path: Path) -> None:
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for source in sources(path):
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, definitions)]


@every_notebook
def test_a_notebook_is_kept_without_its_outputs(path: Path) -> None:
    for cell in code_cells(path):
        assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_the_suites_are_shown_with_what_the_audit_says(shown: dict[str, str]) -> None:
    text = shown["01_suites"]
    assert "7 problems with 28 tests" in text
    for said in ("100.0% of 7", "mutants killed", "0 rows dropped, 7 kept", "comparison"):
        assert said in text


def test_a_run_is_shown_from_its_problems_to_what_changed(shown: dict[str, str]) -> None:
    text = shown["02_a_run"]
    assert "4 problems to train on" in text
    for said in ("chosen for its share", "print('[no]')", "+100.0%", "50.0%"):
        assert said in text


def test_runs_become_a_table_with_holes(shown: dict[str, str]) -> None:
    """Of 40 problems 10 are solved, for which Wilson's 95% interval is 14.2% to 40.2%.

    A run without one of the benchmarks has no mean of them either.
    """
    lines = shown["03_tables"].splitlines()
    (average,) = (line for line in lines if line.split()[:3] == ["qwen3-4b", "average", "1"])
    cell = "25.0 [14.2, 40.2]\N{DAGGER}"
    assert (average.count(cell), average.count(HOLE)) == (6, 2)
