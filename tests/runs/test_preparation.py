"""Making and finding run directories."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tarot.runs import DirectoryState, RunDirectory, config_sha, locate, prepare, write_json
from tarot.runs.identity import former_sha
from tarot.types import UserError


def test_a_run_lies_under_its_name_and_sha(config: dict[str, Any], tmp_path: Path) -> None:
    run = prepare(config, "data")
    sha = config_sha(config, "data")
    assert run.path == tmp_path / "runs" / f"demo-{sha}"
    assert run.config() == config
    assert run.state is DirectoryState.NEW
    assert json.loads(run.identity_path.read_text()) == {"sha": sha, "data_fingerprint": "data"}


def test_locating_a_run_makes_nothing(config: dict[str, Any], tmp_path: Path) -> None:
    locate(config, "data")
    assert list(tmp_path.iterdir()) == []


def test_the_config_is_written_with_sorted_keys(config: dict[str, Any]) -> None:
    text = prepare(config, "data").config_path.read_text()
    assert text == json.dumps(config, indent=2, sort_keys=True) + "\n"


def test_the_same_config_finds_its_run_and_what_is_recorded_only_is_renewed(
    config: dict[str, Any],
) -> None:
    run = prepare(config, "data")
    run.log.append({"step": 1})
    config["hardware"]["processes"] = 2
    again = prepare(config, "data")
    assert again == run
    assert again.state is DirectoryState.RESUMABLE
    assert again.config()["hardware"]["processes"] == 2


def test_a_finished_run_is_left_as_it_is(config: dict[str, Any]) -> None:
    run = prepare(config, "data")
    write_json(run.summary_path, {})
    before = run.config_path.read_bytes()
    config["hardware"]["processes"] = 2
    assert prepare(config, "data").state is DirectoryState.FINISHED
    assert run.config_path.read_bytes() == before


def test_a_named_directory_refuses_another_run_and_names_the_keys(
    config: dict[str, Any], tmp_path: Path
) -> None:
    config["run_dir"] = str(tmp_path / "mine")
    assert prepare(config, "data").path == tmp_path / "mine"
    config["trainer"]["learning_rate"] = 1.0
    config["model"]["id"] = "other/model"
    with pytest.raises(UserError) as error:
        prepare(config, "other data")
    assert str(error.value) == (
        f"run_dir: {tmp_path / 'mine'} holds another run, which differs in "
        'data ("data" there, "other data" here), model.id ("some/model" there, "other/model" '
        "here), trainer.learning_rate (1e-06 there, 1.0 here); name another directory"
    )


def test_a_run_of_before_keys_had_classes_is_found_under_its_sha(
    config: dict[str, Any], tmp_path: Path
) -> None:
    config["trainer"]["ddp_timeout"] = 600
    run = prepare(config, "data")
    before = run.path.with_name(f"demo-{former_sha(config, 'data')}")
    assert before != run.path
    run.path.rename(before)
    assert locate(config, "data") == before
    assert prepare(config, "data").path == before
    config["trainer"]["ddp_timeout"] = 900
    assert locate(config, "data") == run.path


def test_a_named_directory_with_other_files_is_refused(
    config: dict[str, Any], tmp_path: Path
) -> None:
    config["run_dir"] = str(tmp_path)
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UserError, match=r"run_dir: .* not empty"):
        prepare(config, "data")


def test_an_interrupted_preparation_is_gone_on_with(config: dict[str, Any]) -> None:
    run = prepare(config, "data")
    run.config_path.rename(run.config_path.with_name("config.json.tmp"))
    assert prepare(config, "data").config() == config


@pytest.mark.parametrize(
    ("key", "value"),
    [("name", "a=b"), ("name", "a/b"), ("name", ""), ("runs_dir", "lr=1"), ("run_dir", "x/lr=1")],
)
def test_a_path_that_breaks_overrides_is_refused(
    config: dict[str, Any], key: str, value: str
) -> None:
    config[key] = value
    with pytest.raises(UserError, match=f"^{key}: "):
        locate(config, "data")


def test_the_environment_is_recorded_once_for_each_change(config: dict[str, Any]) -> None:
    run = prepare(config, "data")
    prepare(config, "data")
    (recorded,) = json.loads(run.environment_path.read_text())
    assert recorded["packages"]["pyarrow"].count(".") == 2
    write_json(run.environment_path, [{"python": "2.7"}])
    prepare(config, "data")
    assert json.loads(run.environment_path.read_text()) == [{"python": "2.7"}, recorded]


def test_a_directory_without_a_config_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no run directory"):
        RunDirectory.open(tmp_path)


def test_a_torn_config_is_one_line(config: dict[str, Any]) -> None:
    run = prepare(config, "data")
    run.config_path.write_text('{"name": ')
    with pytest.raises(UserError, match=r"config\.json: not JSON"):
        RunDirectory.open(run.path).config()


@pytest.mark.parametrize("place", ["file", "file/runs"])
def test_a_directory_that_cannot_be_made_is_one_line(
    config: dict[str, Any], tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    config["runs_dir"] = str(tmp_path / place)
    with pytest.raises(UserError) as error:
        prepare(config, "data")
    line = rf"runs_dir: {tmp_path / place}/demo-\w+: Not a directory; name another directory"
    assert re.fullmatch(line, str(error.value))
