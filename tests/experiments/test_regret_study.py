"""The command of the study, with a launcher that writes outcomes instead of measuring."""

from pathlib import Path

import pytest

from experiments.regret import study, table
from experiments.regret.grid import EPOCHS, Capability, Policy, locate_runs
from experiments.regret.results import Measure, Results
from experiments.results import FILE
from experiments.runs import directories_of
from tarot.runs import read_json, write_json
from tarot.runs.exits import Exit
from tarot.types import UserError

LAUNCHER = '''
import itertools
import os
import signal
from pathlib import Path

from tarot.capability import PatternCount, ProblemOutcomes, write_outcomes
from tarot.config.targets import build
from tarot.data import Split
from tarot.runs import RunDirectory, write_json
from tarot.types import Outcome, RunState, Tier

class Launcher:
    """Every sample solves half of the time, and 0.75 of the time after hard tiers first."""

    def launch(self, run):
        directory = RunDirectory.open(Path(run.directory))
        config = directory.config()
        patterns = (PatternCount(dict.fromkeys(Tier, rate), 8) for rate in (0.0, 1.0))
        if "tarot.training.probing" in run.command:
            problems = build("data", config["data"]).load(Split.TRAIN)
            half = tuple(patterns)
            directory.outcomes_path.mkdir()
            (directory.outcomes_path / "probe.json").write_text(
                write_outcomes([ProblemOutcomes(one.id, half) for one in problems])
            )
            return Outcome(RunState.FINISHED)
        if (Path(config["runs_dir"]) / f"stop-{config['seed']}").exists():
            return Outcome(RunState.INTERRUPTED)
        if (Path(config["runs_dir"]) / f"kill-{config['seed']}").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        source = build("data", config["data"])
        directory.outcomes_path.mkdir(exist_ok=True)
        is_reversed = list(config["curriculum"]["stages"][0]["allocation"]) == ["complex"]
        for when, split in itertools.product(("before", "after"), (Split.TEST, Split.UNSEEN)):
            solved = 6 if when == "after" and is_reversed else 4
            patterns = (
                PatternCount(dict.fromkeys(Tier, 0.0), 8 - solved),
                PatternCount(dict.fromkeys(Tier, 1.0), solved),
            )
            outcomes = [ProblemOutcomes(one.id, patterns) for one in source.load(split)[:2]]
            path = directory.outcomes_path / f"{when}-{split}.json"
            path.write_text(write_outcomes(outcomes))
        write_json(directory.summary_path, {})
        return Outcome(RunState.FINISHED)
'''


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A study of two seeds on few problems, whose runs are written and not trained."""
    (tmp_path / "regret_launcher.py").write_text(LAUNCHER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("TAROT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    (tmp_path / "runs").mkdir()
    return [
        "seeds=[1,2]",
        f"out={tmp_path / 'out'}",
        f"runs_dir={tmp_path / 'runs'}",
        f"sweeps_dir={tmp_path / 'sweeps'}",
        "launcher._target_=regret_launcher.Launcher",
        "data.num_problems=4",
        "data.num_held_out=4",
    ]


@pytest.mark.soak
def test_the_study_goes_on_where_it_stopped_and_then_writes_its_tables(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of all groups of eight vary at the start, so the rule takes the hardest policy."""
    stop, out = tmp_path / "runs" / "stop-2", tmp_path / "out"
    stop.touch()
    assert study.main(arguments) == Exit.INTERRUPTED
    assert "- missing: strong-reversed_ce-2: " in capsys.readouterr().out
    assert not out.exists()

    stop.unlink()
    assert study.main(arguments) == Exit.OK
    text = (out / "table.md").read_text()
    assert text in capsys.readouterr().out
    results = Results.read(out)
    assert len(results.runs) == 18
    assert {run.chosen for run in results.runs} == {Policy.REVERSED}
    for found in results.capabilities[Measure.SUITE].values():
        assert (found.before, found.regrets.to_average.mean) == (0.5, -0.25)
        assert found.regrets.to_best.mean == 0
    assert "| weak | -25.0 | [-25.0, -25.0] | 0.000 | 0.000 | the rule gained |" in text
    assert "| weak | `reversed_ce` | 50.0% | 75.0% | +25.0 |" in text

    configs = {path.stem: read_json(path) for path in (out / "configs").iterdir()}
    assert len(configs) == 18
    assert configs["strong-average-2"]["cold_start"]["epochs"] == EPOCHS[Capability.STRONG]
    assert str(tmp_path) not in str(configs)

    (out / "table.md").unlink()
    table.main([f"out={out}"])
    assert (out / "table.md").read_text() == text


@pytest.mark.soak
def test_two_jobs_train_all_seeds_between_them(arguments: list[str], tmp_path: Path) -> None:
    assert study.main([*arguments, "jobs=2", "train_only=true"]) == Exit.OK
    runs = tmp_path / "runs"
    assert sorted(path.name for path in runs.glob("job-*.log")) == ["job-1.log", "job-2.log"]
    assert len(list(runs.glob("regret-*/summary.json"))) == 18


@pytest.mark.soak
def test_a_job_that_is_killed_is_a_failure(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "runs" / "kill-2").touch()
    assert study.main([*arguments, "jobs=2", "train_only=true"]) == Exit.FAILED
    assert len(list((tmp_path / "runs").glob("regret-*/summary.json"))) == 9


def test_a_place_names_the_run_that_lies_there(tmp_path: Path) -> None:
    small = [f"runs_dir={tmp_path}", "data.num_problems=4"]
    for place in locate_runs([3, 4], small)[::5]:
        epochs = f"cold_start.epochs={EPOCHS[place.capability]}"
        own = [epochs, f"seed={place.seed}", f"curriculum={place.policy}"]
        assert directories_of(["+experiment=regret", *own, *small]) == [place.run]


def test_a_folder_without_results_is_named(tmp_path: Path) -> None:
    write_json(tmp_path / FILE, {})
    with pytest.raises(UserError, match=f"{FILE}: no results of the study"):
        Results.read(tmp_path)
