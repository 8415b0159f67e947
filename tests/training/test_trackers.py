"""What trackers hold of a run: one that nothing interrupts, and one that is stopped and killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarot.runs import RunDirectory, read_json
from tests.training.tracker_files import (
    Steps,
    tensorboard_config,
    tensorboard_steps,
    trackio_config,
    trackio_steps,
    wandb_config,
    wandb_exit_code,
    wandb_steps,
)
from tests.training.workplace import ROOT, Workplace, wait_for

pytestmark = pytest.mark.e2e

KEY = "feedfacecafebeef0123456789abcdef01234567"
TRACKERS = "tracker.report_to=[wandb,trackio,tensorboard]"
STORY = ("run_dir=followed", "curriculum=average", TRACKERS)


@pytest.fixture(scope="module", autouse=True)
def offline() -> Iterator[None]:
    """wandb without a network but with a key, and no folder that the machine's user has set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_MODE", "offline")
        patch.setenv("WANDB_API_KEY", KEY)
        for name in ("TRACKIO_DIR", "TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL", "WANDB_DIR"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="module")
def output(workplace: Workplace) -> list[str]:
    """What two steps of `+experiment=tiny` with every tracker say."""
    settings = ("+experiment=tiny", "curriculum=average", "run_dir=tracked", TRACKERS)
    command = (str(ROOT / "train.py"), *settings)
    done = workplace.finish(workplace.start(*command))
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def tracked(workplace: Workplace, output: list[str]) -> RunDirectory:
    """The run of these two steps."""
    return workplace.run("tracked")


@pytest.fixture(scope="module")
def story(workplace: Workplace) -> tuple[RunDirectory, Steps]:
    """Ctrl-C in step 1, kill -9 in step 6 after a checkpoint at 4, then the end.

    With what trackio held of the run when it was killed.
    """
    held, _ = workplace.train_until_held(1, *STORY)
    held.send_signal(signal.SIGINT)
    assert workplace.finish(held).returncode == 130
    run = workplace.run("followed")
    held, child = workplace.train_until_held(6, *STORY)
    wait_for(lambda: len(trackio_steps(run.path / "trackio", run_id(run))) == 5)
    before = trackio_steps(run.path / "trackio", run_id(run))
    os.kill(child, signal.SIGKILL)
    assert workplace.finish(held).returncode == 1
    done = workplace.train(*STORY)
    assert (done.returncode, done.stderr) == (0, "")
    return run, before


def run_id(run: RunDirectory) -> str:
    return f"{run.path.name}-{identity(run)['sha']}"


def identity(run: RunDirectory) -> dict[str, Any]:
    return {"sha": sha_of(run), "name": "tiny", "data_fingerprint": run.data_fingerprint()}


def sha_of(run: RunDirectory) -> str:
    return str(read_json(run.identity_path)["sha"])


def logged(run: RunDirectory) -> Steps:
    """The lines of the log as trackers have them: without null, which stands for NaN."""
    return [
        (line["step"], {key: line[key] for key in line if key != "step" and line[key] is not None})
        for line in run.log.steps()
    ]


def offline_runs(run: RunDirectory) -> list[Path]:
    return sorted((run.path / "wandb").glob(f"offline-run-*-{run_id(run)}"))


def test_wandb_has_every_step_and_the_config(tracked: RunDirectory) -> None:
    (folder,) = offline_runs(tracked)
    assert [step for step, _ in wandb_steps(folder)] == [1, 2]
    assert wandb_steps(folder) == logged(tracked)
    assert wandb_config(folder) == {**tracked.config(), **identity(tracked)}
    assert wandb_exit_code(folder) == 0


def test_trackio_has_every_step_and_the_config(tracked: RunDirectory) -> None:
    folder = tracked.path / "trackio"
    assert trackio_steps(folder, run_id(tracked)) == logged(tracked)
    config = trackio_config(folder, run_id(tracked))
    assert {key: config[key] for key in identity(tracked)} == identity(tracked)
    assert config["curriculum"] == tracked.config()["curriculum"]


def test_tensorboard_has_every_step_and_the_config(tracked: RunDirectory) -> None:
    folder = tracked.path / "tensorboard"
    assert_same_to_single_precision(tensorboard_steps(folder), logged(tracked))
    assert tensorboard_config(folder) == {**tracked.config(), **identity(tracked)}


def test_names_are_those_of_the_log(tracked: RunDirectory) -> None:
    _, metrics = logged(tracked)[0]
    assert {"loss", "grad_norm", "reward", "tier/basic/pass_rate", "step_time"} <= metrics.keys()


def test_the_key_is_in_no_file(tracked: RunDirectory) -> None:
    files = [path for path in tracked.path.rglob("*") if path.is_file()]
    named = {"debug.log", "tarot.db", "config.json", tracked.stderr_of(0).name}
    assert named <= {path.name for path in files}
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def test_trackers_say_where_they_write_and_nothing_more(
    tracked: RunDirectory, output: list[str]
) -> None:
    names = ("tracker ", "wandb", "trackio", "* ")
    folder = tracked.path.resolve()
    (wandb_folder,) = offline_runs(tracked)
    assert [line for line in output if line.lower().startswith(names)] == [
        f"tracker wandb: offline in {wandb_folder.resolve()}",
        f"tracker trackio: {folder / 'trackio'}",
        f"tracker tensorboard: {folder / 'tensorboard'}",
    ]


def test_a_run_that_fails_closes_its_tracker_as_failed_and_ends_with_the_cause(
    workplace: Workplace,
) -> None:
    """No prompt is short enough, which shows after the tracker has begun."""
    settings = ("run_dir=fails", "tracker=wandb", "curriculum=average", "max_prompt_tokens=1")
    done = workplace.train(*settings)
    run = workplace.run("fails")
    (folder,) = offline_runs(run)
    assert wandb_exit_code(folder) == 1
    assert done.returncode == 2
    assert done.stderr == "max_prompt_tokens: 1 leaves no training problem; raise it\n"
    assert run.stderr_of(0).read_text().endswith(f"\n{done.stderr}")


def test_wandb_without_a_key_is_one_line(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.delenv("WANDB_API_KEY")
    monkeypatch.setenv("HOME", str(workplace.folder))
    done = workplace.train("run_dir=keyless", "tracker=wandb")
    assert done.returncode == 2
    assert done.stderr.startswith("tracker.report_to: wandb: No API key configured.")
    assert done.stderr.endswith("set WANDB_API_KEY, or WANDB_MODE=offline, or set tracker=none\n")
    assert done.stderr.count("\n") == 1


def test_a_space_that_trackio_cannot_reach_is_one_line(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands of these tests are off line."""
    monkeypatch.setenv("TRACKIO_SPACE_ID", "org/space")
    done = workplace.train("run_dir=unreachable", "tracker=trackio", "curriculum=average")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("tracker.report_to: trackio: Cannot reach https://huggingface.co/")
    assert line.endswith("TRACKIO_SPACE_ID or TRACKIO_SERVER_URL, or set tracker=none")


@pytest.mark.soak
def test_before_the_kill_trackio_had_a_step_that_was_not_saved(
    story: tuple[RunDirectory, Steps],
) -> None:
    assert [step for step, _ in story[1]] == [1, 2, 3, 4, 5]


@pytest.mark.soak
def test_a_resumed_run_is_one_run_of_wandb_with_every_step_once(
    story: tuple[RunDirectory, Steps],
) -> None:
    run, _ = story
    (folder,) = offline_runs(run)
    assert wandb_steps(folder) == logged(run)
    assert wandb_exit_code(folder) == 0


@pytest.mark.soak
def test_wandbs_earlier_files_are_set_aside_and_say_how_they_ended(
    story: tuple[RunDirectory, Steps],
) -> None:
    run, _ = story
    stopped, killed = sorted((run.path / "wandb").glob("superseded-*"))
    assert [step for step, _ in wandb_steps(stopped)] == [1]
    assert (wandb_exit_code(stopped), wandb_exit_code(killed)) == (130, None)


@pytest.mark.soak
def test_a_resumed_run_is_one_run_of_trackio_with_every_step_once(
    story: tuple[RunDirectory, Steps],
) -> None:
    run, _ = story
    assert trackio_steps(run.path / "trackio", run_id(run)) == logged(run)
    assert trackio_config(run.path / "trackio", run_id(run))["sha"] == sha_of(run)


@pytest.mark.soak
def test_a_resumed_run_is_one_run_of_tensorboard_with_every_step_once(
    story: tuple[RunDirectory, Steps],
) -> None:
    run, _ = story
    folder = run.path / "tensorboard"
    assert len(list(folder.iterdir())) == 3
    assert_same_to_single_precision(tensorboard_steps(folder), logged(run))


def assert_same_to_single_precision(found: Steps, expected: Steps) -> None:
    assert [step for step, _ in found] == [step for step, _ in expected]
    for (_, ours), (_, theirs) in zip(found, expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-6)
