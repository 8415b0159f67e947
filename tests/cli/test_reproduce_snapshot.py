"""`tarot reproduce` of a snapshot, whose launcher is one that says what it would start."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.runs import read_json, write_json
from tarot.runs.snapshots import pack
from tests.cli.test_reproduce import LAUNCHER

SNAPSHOT = "snapshot=two.json"
SETTINGS = ("+experiment=tiny", "data.num_problems=2", "launcher._target_=spoken.Launcher")

INTERRUPTED = """
class Interrupted:
    def launch(self, run):
        print("launched", *run.command[1:])
        return Outcome(RunState.INTERRUPTED)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the snapshots of two runs, where everything happens."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "spoken.py").write_text(LAUNCHER + INTERRUPTED)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(folder)
        write_json(folder / "two.json", pack(configs(), {"one": {}, "two": {}}))
        yield folder
    sys.modules.pop("spoken", None)


def configs() -> dict[str, Any]:
    (job,) = compose("train", SETTINGS)
    return {"one": job.config, "two": {**job.config, "seed": 43}}


def test_a_run_of_it_is_trained_as_train_would(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", SNAPSHOT, "pick=two"]) == 0
    (run,) = (place / "runs").iterdir()
    assert f"launched -m tarot.training runs/{run.name}\n" in capsys.readouterr().out
    assert read_json(run / "config.json") == configs()["two"]
    assert main(["train", *SETTINGS, "seed=43"]) == 0
    assert f"launched -m tarot.training runs/{run.name}\n" in capsys.readouterr().out


def test_several_go_to_a_folder_and_on_other_hardware(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", SNAPSHOT, "pick=*", "into=there", "hardware.threads=2"]) == 0
    assert capsys.readouterr().out.count("launched") == 2
    for name, config in configs().items():
        hardware = {**config["hardware"], "threads": 2}
        expected = {**config, "run_dir": f"there/{name}", "hardware": hardware}
        assert read_json(place / "there" / name / "config.json") == expected


def test_all_are_checked_before_the_first_starts(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", "-m", SNAPSHOT, "pick=one,three", "into=anew"]) == 2
    assert capsys.readouterr().err.startswith("pick=three: matches no run of two.json")
    assert main(["reproduce", "-m", SNAPSHOT, "pick=one,two", "into=anew"]) == 2
    assert capsys.readouterr().err == "into=anew: several runs would lie there; leave into out\n"
    assert not (place / "anew").exists()


def test_an_interruption_ends_them_all(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    interrupted = ["launcher._target_=spoken.Interrupted", "into=cut", "pick=*"]
    assert main(["reproduce", SNAPSHOT, *interrupted]) == 130
    assert main(["reproduce", "-m", SNAPSHOT, *interrupted[:1], "pick=one,two"]) == 130
    assert capsys.readouterr().out.count("launched") == 2


def test_a_dry_run_shows_the_plan_and_starts_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", SNAPSHOT, "pick=one", "dry_run=true", "launcher=local"]) == 0
    shown = capsys.readouterr().out
    assert "-m tarot.training runs/tiny-" in shown
    assert "launched" not in shown


def test_a_config_that_lacks_what_is_replaced_is_one_line(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_json(place / "bare.json", {"model": {}, "trainer": {}})
    assert main(["reproduce", "snapshot=bare.json", "launcher=local"]) == 2
    assert capsys.readouterr().err == "name: missing; give it a value\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((SNAPSHOT,), "pick: missing; two.json holds 2 runs, one, two; give a name, a pattern,"),
        ((SNAPSHOT, "pick=three"), "pick=three: matches no run of two.json, which holds one, two"),
        ((SNAPSHOT, "run=runs/x"), "run: a snapshot is trained by itself; give either run or"),
        (("run=runs/x", "pick=one"), "pick: picks from a snapshot; leave it out with run=DIR"),
        (("snapshot=none.json",), "none.json: no such file"),
    ],
)
def test_bad_input_to_a_snapshot_is_one_line(
    place: Path, arguments: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", *arguments]) == 2
    assert capsys.readouterr().err.startswith(line)
