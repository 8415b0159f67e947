"""A run that goes on with other settings: what is taken, recorded, kept and refused."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tarot.runs import DirectoryState, RunDirectory, config_sha, mark_complete, prepare, write_json
from tarot.runs.changes import change_of, going_on, sha_in
from tarot.runs.layout import note_layout
from tarot.types import UserError

Config = dict[str, Any]
PLANNED = {"after": 0, "max_steps": 4, "num_train_epochs": None}


@pytest.fixture
def begun(config: Config, tmp_path: Path) -> RunDirectory:
    """A named run of four steps, of which two are done."""
    config["run_dir"] = str(tmp_path / "mine")
    config["trainer"] |= {"max_steps": 4, "lr_scheduler_type": "constant"}
    config["evaluation"] = {"samples": 1}
    config["schedule"] = {"stretch": False, "lengths": None}
    config["hardware"] |= {"per_device_batch_size": 2, "sharding": None}
    run = prepare(config, "data")
    save(run, 2, epoch=0.5)
    return run


@pytest.fixture
def finished(begun: RunDirectory) -> RunDirectory:
    """The same with all steps done and measured."""
    save(begun, 4, epoch=1.0)
    for name in ("before-test", "after-test", "probe"):
        write_json(begun.outcomes_path / f"{name}.json", {"of": name})
    write_json(begun.summary_path, {"of": 4})
    return begun


def save(run: RunDirectory, step: int, epoch: float) -> None:
    checkpoint = run.checkpoints_path / f"checkpoint-{step}"
    checkpoint.mkdir(parents=True)
    run.outcomes_path.mkdir(exist_ok=True)
    write_json(checkpoint / "trainer_state.json", {"epoch": epoch})
    mark_complete(checkpoint)
    note_layout(run.config()["hardware"], run.checkpoints_path)


def typed(config: Config, **changes: object) -> Config:
    """The config with other values by dotted key, each with `__` for its points."""
    other = deepcopy(config)
    for key, value in changes.items():
        *parents, last = key.split("__")
        node = other
        for parent in parents:
            node = node[parent]
        node[last] = value
    return other


def again(config: Config, run: RunDirectory, data: str = "data") -> RunDirectory:
    """What the command does with the directory."""
    return prepare(going_on(config, data, run), data, run.path)


def recorded(run: RunDirectory) -> list[Config]:
    return [{key: line[key] for key in ("step", "keys")} for line in run.changes.lines()]


def test_the_same_config_changes_nothing(config: Config, begun: RunDirectory) -> None:
    assert change_of(going_on(config, "data", begun), "data", begun) is None
    again(config, begun)
    assert not begun.changes.path.exists()


def test_a_longer_run_keeps_the_planned_length_and_its_sha(
    config: Config, begun: RunDirectory
) -> None:
    longer = typed(config, trainer__max_steps=6)
    again(longer, begun)
    assert begun.config()["trainer"]["max_steps"] == 6
    assert begun.config()["schedule"] == {"stretch": False, "lengths": [PLANNED]}
    assert json.loads(begun.identity_path.read_text())["sha"] == config_sha(config, "data")
    (line,) = recorded(begun)
    assert line["step"] == 2
    assert line["keys"]["trainer.max_steps"] == {"class": "extendable", "old": 4, "new": 6}
    again(longer, begun)
    assert len(recorded(begun)) == 1
    again(typed(config, trainer__max_steps=9), begun)
    assert begun.config()["schedule"]["lengths"] == [PLANNED]
    assert len(recorded(begun)) == 2


def test_back_at_its_own_length_a_run_has_no_other_schedule(
    config: Config, begun: RunDirectory
) -> None:
    again(typed(config, trainer__max_steps=6), begun)
    again(config, begun)
    assert begun.config() == config


def test_a_stretched_run_takes_the_new_length_from_where_it_goes_on(
    config: Config, begun: RunDirectory
) -> None:
    stretched = typed(config, trainer__max_steps=6, schedule__stretch=True)
    change = change_of(going_on(stretched, "data", begun), "data", begun)
    assert change is not None
    assert change.in_words == (
        "goes on from step 2 with other settings: trainer.max_steps 4 -> 6 (extendable); "
        "curriculum and learning rate run over 6 steps from step 3 on"
    )
    lengths = [PLANNED, {"after": 2, "max_steps": 6, "num_train_epochs": None}]
    for command in (stretched, stretched, typed(config, trainer__max_steps=6)):
        again(command, begun)
        assert begun.config()["schedule"]["lengths"] == lengths
    assert len(recorded(begun)) == 1


def test_a_run_that_kept_its_plan_is_stretched_later(config: Config, begun: RunDirectory) -> None:
    again(typed(config, trainer__max_steps=6), begun)
    save(begun, 5, epoch=1.25)
    stretched = typed(config, trainer__max_steps=6, schedule__stretch=True)
    change = change_of(going_on(stretched, "data", begun), "data", begun)
    assert change is not None
    assert change.in_words == (
        "goes on from step 5 with other settings: schedule; curriculum and learning rate run over "
        "6 steps from step 6 on"
    )
    again(stretched, begun)
    lengths = [PLANNED, {"after": 5, "max_steps": 6, "num_train_epochs": None}]
    assert begun.config()["schedule"]["lengths"] == lengths


def test_a_run_without_a_step_is_planned_anew_by_stretching(config: Config, tmp_path: Path) -> None:
    config |= {"run_dir": str(tmp_path / "new"), "schedule": {"stretch": False, "lengths": None}}
    config["trainer"]["max_steps"] = 4
    run = prepare(config, "data")
    again(typed(config, trainer__max_steps=6, schedule__stretch=True), run)
    assert run.config()["schedule"]["lengths"] is None
    again(typed(config, trainer__max_steps=8), run)
    assert run.config()["schedule"]["lengths"] == [{**PLANNED, "max_steps": 6}]


def test_epochs_are_extended_as_steps_are(config: Config, begun: RunDirectory) -> None:
    config["trainer"]["max_steps"] = -1
    epochs = typed(config, run_dir=f"{begun.path}-of-epochs", trainer__num_train_epochs=2)
    run = prepare(epochs, "data")
    save(run, 3, epoch=1.5)
    again(typed(epochs, trainer__num_train_epochs=3.0), run)
    planned = {"after": 0, "max_steps": None, "num_train_epochs": 2.0}
    assert run.config()["schedule"]["lengths"] == [planned]
    with pytest.raises(UserError, match=r"^trainer\.num_train_epochs=1: .* 3 steps or 1\.5 epochs"):
        again(typed(epochs, trainer__num_train_epochs=1), run)


def test_a_run_is_made_shorter_down_to_what_is_done(config: Config, begun: RunDirectory) -> None:
    again(typed(config, trainer__max_steps=3), begun)
    assert begun.config()["schedule"]["lengths"] == [PLANNED]
    before = begun.config_path.read_bytes()
    with pytest.raises(UserError, match=r"^trainer\.max_steps=1: .* has 2 steps or 0\.5 epochs"):
        again(typed(config, trainer__max_steps=1), begun)
    assert begun.config_path.read_bytes() == before


def test_a_finished_run_that_goes_on_keeps_its_scores_elsewhere(
    config: Config, finished: RunDirectory
) -> None:
    write_json(finished.path / "hub.json", {})
    again(typed(config, trainer__max_steps=6), finished)
    assert finished.state is DirectoryState.RESUMABLE
    kept = {path.name for path in (finished.path / "earlier" / "change-1").iterdir()}
    assert kept == {"summary.json", "after-test.json", "hub.json"}
    left = {path.name for path in finished.outcomes_path.iterdir()}
    assert left == {"before-test.json", "probe.json"}


def test_another_evaluation_measures_before_and_after_again(
    config: Config, finished: RunDirectory
) -> None:
    again(typed(config, evaluation__samples=2), finished)
    assert [path.name for path in finished.outcomes_path.iterdir()] == ["probe.json"]
    assert finished.config()["schedule"]["lengths"] is None


def test_a_change_of_a_finished_run_that_gives_it_nothing_to_do_is_not_taken(
    config: Config, finished: RunDirectory
) -> None:
    again(typed(config, hardware__processes=2, trainer__num_train_epochs=7), finished)
    assert finished.state is DirectoryState.FINISHED
    assert finished.config() == config
    assert not finished.changes.path.exists()


def test_a_finished_run_has_nothing_to_do_on_hardware_that_could_not_go_on(
    config: Config, finished: RunDirectory
) -> None:
    again(typed(config, hardware__processes=2, hardware__sharding="zero2"), finished)
    assert finished.state is DirectoryState.FINISHED


def test_a_finished_run_without_a_checkpoint_is_not_trained_again(
    config: Config, finished: RunDirectory
) -> None:
    for step in (2, 4):
        (finished.checkpoints_path / f"checkpoint-{step}" / "complete").unlink()
    with pytest.raises(UserError, match="is finished and has no checkpoint to go on from"):
        again(typed(config, trainer__max_steps=6), finished)
    assert finished.state is DirectoryState.FINISHED


def test_an_interrupted_change_is_gone_on_with(config: Config, finished: RunDirectory) -> None:
    """As if the process had died before the new config was there."""
    before = finished.config_path.read_bytes()
    again(typed(config, trainer__max_steps=6), finished)
    finished.config_path.write_bytes(before)
    write_json(finished.outcomes_path / "after-test.json", {})
    again(typed(config, trainer__max_steps=6), finished)
    assert len(recorded(finished)) == 1
    assert not (finished.outcomes_path / "after-test.json").exists()
    assert [path.name for path in (finished.path / "earlier").iterdir()] == ["change-1"]


def test_a_run_that_is_found_by_its_sha_stays_as_it_was_extended(
    config: Config, begun: RunDirectory
) -> None:
    again(typed(config, trainer__max_steps=6, evaluation__samples=3), begun)
    found = going_on(typed(config, run_dir=None), "data", begun)
    assert found["trainer"]["max_steps"] == 6
    assert found["evaluation"] == {"samples": 3}
    assert found["schedule"]["lengths"] == [PLANNED]
    assert sha_in(found, "data", begun) == config_sha(config, "data")


def test_machine_keys_are_taken_and_recorded(config: Config, begun: RunDirectory) -> None:
    other = typed(config, hardware__processes=2, hardware__per_device_batch_size=4)
    change = change_of(going_on(other, "data", begun), "data", begun)
    assert change is not None
    assert change.in_words == (
        "goes on from step 2 with other settings: hardware.per_device_batch_size 2 -> 4 (machine), "
        "hardware.processes 1 -> 2 (machine); completions are sampled otherwise than the former "
        "hardware would have"
    )
    again(other, begun)
    assert recorded(begun)[0]["keys"]["hardware.processes"]["class"] == "machine"


def test_a_shared_optimizer_keeps_its_processes_before_anything_is_written(
    config: Config, begun: RunDirectory
) -> None:
    sharded = typed(config, hardware__processes=2, hardware__sharding="zero2")
    with pytest.raises(UserError, match=r"keep hardware\.processes=1 hardware\.sharding=null$"):
        again(sharded, begun)
    assert begun.config() == config
    assert not begun.changes.path.exists()


def test_what_is_generated_at_once_by_passes_stays(config: Config, tmp_path: Path) -> None:
    config |= {"run_dir": str(tmp_path / "passes")}
    config["trainer"] |= {"max_steps": 4, "steps_per_generation": 3}
    config["hardware"] |= {"per_device_batch_size": 2}
    run = prepare(config, "data")
    save(run, 2, epoch=0.5)
    again(typed(config, hardware__processes=2, hardware__per_device_batch_size=1), run)
    with pytest.raises(UserError, match=r"6 at once, and would be 12; keep .* at 2$"):
        again(typed(config, hardware__processes=2, hardware__per_device_batch_size=2), run)


def test_lengths_that_are_given_must_be_those_of_the_directory(
    config: Config, begun: RunDirectory
) -> None:
    with pytest.raises(UserError, match=r"^schedule\.lengths: .* was not trained over these"):
        again(typed(config, schedule__lengths=[{**PLANNED, "max_steps": 5}]), begun)


def test_a_run_of_before_there_were_schedules_goes_on(config: Config, tmp_path: Path) -> None:
    config["run_dir"] = str(tmp_path / "old")
    config["trainer"]["max_steps"] = 4
    run = prepare(config, "data")
    save(run, 2, epoch=0.5)
    today = {**config, "schedule": {"stretch": False, "lengths": None}}
    assert change_of(going_on(today, "data", run), "data", run) is None
    again(typed(today, trainer__max_steps=6), run)
    assert run.config()["schedule"]["lengths"] == [PLANNED]
    assert list(recorded(run)[0]["keys"]) == ["trainer.max_steps"]


def test_a_run_of_before_vllm_could_sleep_goes_on_as_it_was(config: Config, tmp_path: Path) -> None:
    config["run_dir"] = str(tmp_path / "old")
    config["hardware"]["vllm"] = {"mode": "colocate"}
    run = prepare(config, "data")
    save(run, 2, epoch=0.5)
    awake, asleep = (typed(config, hardware__vllm__sleep=sleep) for sleep in (False, True))
    assert change_of(awake, "data", run) is None
    change = change_of(asleep, "data", run)
    assert change is not None
    assert change.listed == "hardware.vllm.sleep null -> true (machine)"
