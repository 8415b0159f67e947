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

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
RUN_CELLS = """
import json, sys
names = {}
for source in json.load(sys.stdin):
    exec(compile(source, "cell", "exec"), names)
"""

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]


def sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in code_cells(path)]


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A finished run of one step with two completions, one of them right."""
    data = {"_target_": "tarot.data.StarterSource", "num_problems": 4}
    config = {"name": "small", "runs_dir": str(tmp_path), "data": data}
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


def test_there_is_a_notebook() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["look_at_a_run"]


@every_notebook
def test_a_notebook_defines_nothing(path: Path) -> None:
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for source in sources(path):
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, definitions)]


@every_notebook
def test_a_notebook_is_kept_without_its_outputs(path: Path) -> None:
    for cell in code_cells(path):
        assert (cell["outputs"], cell["execution_count"]) == ([], None)


@every_notebook
def test_a_notebook_runs_on_a_small_run(path: Path, run: RunDirectory, root: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(root),
        "PYTHONUTF8": "1",
        "MPLBACKEND": "Agg",
        "TAROT_RUN": str(run.path),
        "COLUMNS": "200",
    }
    ended = subprocess.run(
        [sys.executable, "-c", RUN_CELLS],
        input=json.dumps(sources(path)),
        cwd=path.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    for shown in ("4 problems to train on", "chosen for its share", "print('[no]')", "+100.0%"):
        assert shown in ended.stdout
    assert "50.0%" in ended.stdout
