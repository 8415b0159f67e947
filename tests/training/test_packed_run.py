"""A run that really trained, from an archive, where nothing of it was before."""

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.runs import read_json
from tests.training.in_process import InProcessLauncher
from tests.training.parrot_run import Trained

pytestmark = [pytest.mark.e2e, pytest.mark.soak]


@pytest.fixture
def elsewhere(
    trained: Trained,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[str]:
    """What was said of packing; the current folder has the run, and the weights that it asks for.

    The folder in which it was trained is out of reach meanwhile.
    """
    monkeypatch.chdir(tmp_path)
    assert main(["pack", f"run={trained.run.path}", "out=run.tar.gz", "with_data=true"]) == 0
    with tarfile.open("run.tar.gz") as files:
        files.extractall(filter="data")
    shutil.copytree(trained.model, "parrot")
    home, away = trained.run.path.parent, tmp_path / "away"
    home.rename(away)
    yield capsys.readouterr().out
    away.rename(home)


def test_an_unpacked_run_is_reported_scored_compared_and_trained_again(
    trained: Trained, elsewhere: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "left out: checkpoints " in elsewhere
    assert "to train it again, bring the weights in model.id=parrot" in elsewhere

    assert main(["report", "run=run"]) == 0
    page = Path("run/report.html").read_text()
    assert "tests are not at hand" not in page
    assert str(trained.run.path.parent) not in page

    assert main(["rescore", "run=run", "curriculum=[average,edge_only]", "out=rescored"]) == 0
    plain = json.loads(Path("rescored/rescored.json").read_text())
    assert plain["num_reproduced"] == plain["num_rollouts"] == 16

    assert main(["compare", "b=run", "out=compared.json"]) == 0
    figures = json.loads(Path("compared.json").read_text())["figures"]
    summary = read_json(Path("run/summary.json"))["splits"]["test"]
    assert {one["name"]: one["difference"]["estimate"] for one in figures} == {
        name: change["difference"] for name, change in summary.items()
    }

    launcher = f"launcher._target_={InProcessLauncher.__module__}.InProcessLauncher"
    capsys.readouterr()
    assert main(["reproduce", "run=run", launcher]) == 0
    again = "run and run-again: steps in common: 1; all the same"
    assert capsys.readouterr().out.splitlines()[-1] == again
