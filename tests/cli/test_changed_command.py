"""Commands that give a run other settings; a launcher of the test's own stands in for its child."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.runs import RunDirectory

LAUNCHER = '''
from pathlib import Path
from tarot.runs import RunDirectory, mark_complete, write_json
from tarot.types import Outcome, RunState

class TrainingLauncher:
    """Trains all steps of a run, or up to step `stops`."""

    def __init__(self, stops: int = 0) -> None:
        self._stops = stops

    def launch(self, run):
        directory = RunDirectory.open(Path(run.directory))
        steps = self._stops or directory.config()["trainer"]["max_steps"]
        checkpoint = directory.checkpoints_path / f"checkpoint-{steps}"
        checkpoint.mkdir(parents=True)
        write_json(checkpoint / "trainer_state.json", {"epoch": steps / 4})
        mark_complete(checkpoint)
        if self._stops:
            return Outcome(RunState.INTERRUPTED)
        suite = {"before": {"mean": 0.25}, "after": {"mean": 0.5}}
        write_json(directory.summary_path, {"splits": {"test": {"suite": suite}}})
        return Outcome(RunState.FINISHED)

    def render(self, run, config):
        return ""
'''
TINY = ("+experiment=tiny", "launcher._target_=changing.TrainingLauncher", "curriculum=average")
MINE = ("train", *TINY, "run_dir=mine")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a finished run of two steps."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "changing.py").write_text(LAUNCHER)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(folder)
        assert main(MINE) == 0
        yield folder
    sys.modules.pop("changing", None)


@pytest.fixture
def mine(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """The run in a folder of the test's own."""
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return RunDirectory.open(Path("mine"))


def test_a_finished_run_is_made_longer_and_says_so(
    mine: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    longer = (*MINE, "trainer.max_steps=4")
    capsys.readouterr()
    assert main((*longer, "launcher.stops=3")) == 130
    line, *_ = capsys.readouterr().out.splitlines()
    assert line == (
        "mine goes on from step 2 with other settings: launcher.stops null -> 3 (machine), "
        "trainer.max_steps 2 -> 4 (extendable); curriculum and learning rate keep to the planned "
        "2 steps, and stay as they are at their end"
    )
    assert main(longer) == 0
    assert "goes on from step 3 with other settings: launcher.stops 3" in capsys.readouterr().out
    assert main(longer) == 0
    assert capsys.readouterr().out == "mine is finished; nothing to do\n"
    assert mine.config()["schedule"]["lengths"][0]["max_steps"] == 2


def test_identity_is_refused_with_both_values(
    mine: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    before = mine.config_path.read_bytes()
    capsys.readouterr()
    assert main((*MINE, "trainer.beta=0.5", "trainer.save_steps=9", "hardware.threads=2")) == 2
    assert capsys.readouterr().err == (
        "run_dir: mine holds another run, which differs in trainer.beta (null there, 0.5 here); "
        "name another directory\n"
    )
    assert mine.config_path.read_bytes() == before


def test_fewer_steps_than_are_done_are_refused(
    mine: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main((*MINE, "trainer.max_steps=1")) == 2
    assert capsys.readouterr().err == (
        "trainer.max_steps=1: mine has 2 steps or 0.5 epochs done already; give at least as many, "
        "or name another directory\n"
    )


def test_a_falling_rate_is_extended_by_stretching_alone(
    mine: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    falling = ("train", *TINY, "run_dir=falling", "trainer.lr_scheduler_type=linear")
    assert main(falling) == 0
    assert main((*falling, "trainer.max_steps=4")) == 2
    assert "add schedule.stretch=true" in capsys.readouterr().err
    assert RunDirectory(Path("falling")).summary_path.exists()
    assert main((*falling, "trainer.max_steps=4", "schedule.stretch=true")) == 0
    assert "learning rate run over 4 steps from step 3 on" in capsys.readouterr().out


def test_a_plan_says_what_would_change_and_where_the_curriculum_ends(
    mine: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["plan", *MINE[1:], "trainer.max_steps=4"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "goes on from step 2 with other settings: trainer.max_steps 2 -> 4" in shown
    assert "4, as trainer.max_steps says; curriculum and learning rate over 2 steps" in shown
    assert main(["plan", *MINE[1:], "seed=7"]) == 0
    assert "can't go on: run_dir: mine holds another run" in capsys.readouterr().out
    assert not mine.changes.path.exists()


def test_without_a_name_another_length_is_another_run(
    mine: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    for steps in (2, 4):
        assert main(["train", *TINY, f"trainer.max_steps={steps}"]) == 0
    short, long = sorted(Path("runs").iterdir(), key=steps_of)
    assert (steps_of(short), steps_of(long)) == (2, 4)
    assert main(["train", *TINY, f"run_dir={short}", "trainer.max_steps=3"]) == 0
    capsys.readouterr()
    assert main(["train", *TINY]) == 0
    assert capsys.readouterr().out == f"{short} is finished; nothing to do\n"
    assert steps_of(short) == 3


def steps_of(path: Path) -> int:
    return int(RunDirectory(path).config()["trainer"]["max_steps"])


def test_a_sweep_knows_its_runs_when_they_were_changed_and_when_others_start_them(
    mine: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = ["train", "-m", *TINY, "seed=1"]
    assert main(sweep) == 0
    (run,) = Path("runs").iterdir()
    assert main(["train", *TINY, f"run_dir={run}", "seed=1", "trainer.max_steps=3"]) == 0
    capsys.readouterr()
    assert main([*sweep, "hardware.threads=2", "trainer.save_steps=9"]) == 0
    assert "1 of 1 runs done" in capsys.readouterr().out
    assert len(list(Path("sweeps").iterdir())) == 1
