"""The command of the study of policies, with a launcher that writes outcomes instead of training.

The runs under the rule are those that the demo's study has left in the repository.
"""

from pathlib import Path

import pytest

from experiments import demo
from experiments.demo.results import Arm
from experiments.demo.results import Results as DemoResults
from experiments.demo.study import SEEDS
from experiments.policies import HERE, study, table
from experiments.policies.results import RULE, Policy, Results
from experiments.results import FILE, TABLE
from tarot.data import Split
from tarot.runs import read_json
from tarot.runs.exits import Exit


@pytest.mark.soak
def test_the_study_goes_on_where_it_stopped_and_then_writes_its_table(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop, out = tmp_path / "runs" / "stop-22", tmp_path / "out"
    stop.touch()
    assert study.main(arguments) == Exit.INTERRUPTED
    assert "- missing: " in capsys.readouterr().out
    assert not out.exists()

    stop.unlink()
    assert study.main(arguments) == Exit.OK
    text = (out / TABLE).read_text()
    assert text in capsys.readouterr().out
    results = Results.read(out)
    trained = {
        run.seed: run.changes for run in DemoResults.read(demo.HERE).runs if run.arm is Arm.TIERED
    }
    assert {run.seed: run.changes for run in results.runs if run.policy == RULE} == trained
    suites = {(run.policy, run.seed): run.changes[Split.TEST]["suite"] for run in results.runs}
    assert [suites["average", seed].after.mean for seed in SEEDS] == [1, 1, 1]
    assert "| `forward_ce` | 0.0% | 0.0% | 0.0% | 0.0% | 0.0% | -31.6 | [-52.5, -10.7] |" in text

    configs = {path.stem: read_json(path) for path in (out / "configs").iterdir()}
    assert sorted(configs) == sorted(f"{policy}-{seed}" for policy in Policy for seed in SEEDS)
    assert configs["forward_ce-22"]["seed"] == 22
    assert str(tmp_path) not in str(configs)


def test_the_table_is_made_again_from_the_results_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes((HERE / FILE).read_bytes())
    assert table.main([f"out={tmp_path}"]) == Exit.OK
    assert (tmp_path / TABLE).read_text() == (HERE / TABLE).read_text()
