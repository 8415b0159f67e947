"""Faults of a run of two processes: both end, nothing is left, and the run goes on."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from tarot.runs import RunDirectory
from tarot.runs.comparison import RunComparison, compare_runs
from tests.small_disk import resize, small_disk
from tests.training.commands import LARGE_KB, SMALL_KB, Ended, descendants, orphans_adopted
from tests.training.faulty import FaultySandbox, LetterReward
from tests.training.in_process import prepared
from tests.training.several import PATIENCE_S, start, two_processes
from tests.training.workplace import Finished

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

NUM_STEPS = 3
LATE_S, DDP_TIMEOUT_S = 8, 4
SETTINGS = (
    "hardware.processes=2",
    "hardware.per_device_batch_size=2",
    *(f"trainer.max_steps={NUM_STEPS}", "trainer.save_steps=1", "trainer.learning_rate=1e-3"),
    f"trainer.ddp_timeout={DDP_TIMEOUT_S}",
    f"reward._target_={LetterReward.__module__}.LetterReward",
    f"sandbox._target_={FaultySandbox.__module__}.FaultySandbox",
    *("sandbox.late_in=2", f"sandbox.late_s={LATE_S}"),
)


def torchrun(run: RunDirectory, **variables: str) -> Ended:
    """Waited for since the last file of the run was written."""
    before = psutil.Process().children(recursive=True)
    finished = two_processes("tarot.training", str(run.path), **variables)
    wait_s = time.time() - max(path.stat().st_mtime for path in run.path.rglob("*"))
    return Ended(finished, wait_s, descendants(before))


def first_of_two(run: RunDirectory, **variables: str) -> Ended:
    """The first of two processes that nobody watches, so that it has to see for itself."""
    before = psutil.Process().children(recursive=True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    variables |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    command = ("-m", "tarot.training", str(run.path))
    first, second = (start(*command, **variables, **place_of(rank)) for rank in range(2))
    second.communicate(timeout=PATIENCE_S)
    since_s = time.monotonic()
    stdout, stderr = first.communicate(timeout=PATIENCE_S)
    wait_s = time.monotonic() - since_s
    return Ended(Finished(command, first.returncode, stdout, stderr), wait_s, descendants(before))


def place_of(rank: int) -> dict[str, str]:
    number, size = str(rank), "2"
    return {"RANK": number, "LOCAL_RANK": number, "WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size}


@dataclass(frozen=True)
class Story:
    """A run of two whose second process is killed and whose disk is full, and one without."""

    whole: RunDirectory
    late: Ended
    run: RunDirectory
    killed: Ended
    parted: Ended
    full: Ended
    when_full: list[str]
    finished: Ended


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A process's calls of the sandbox are the self-check and one a step."""
    folder = tmp_path_factory.mktemp("two")
    disk = folder / "disk"
    with small_disk(disk, SMALL_KB), orphans_adopted():
        whole = prepared(f"run_dir={folder / 'whole'}", *SETTINGS)
        late = torchrun(whole)
        run = prepared(f"run_dir={disk / 'run'}", *SETTINGS)
        killed = torchrun(run, KILL_IN="3")
        parted = first_of_two(run, KILL_IN="2")
        full = torchrun(run)
        when_full = sorted(path.name for path in run.checkpoints_path.glob("checkpoint-*"))
        resize(disk, LARGE_KB)
        yield Story(whole, late, run, killed, parted, full, when_full, torchrun(run))


def test_a_process_waits_longer_for_a_sandbox_than_ddp_timeout_says(story: Story) -> None:
    assert LATE_S > DDP_TIMEOUT_S
    assert story.late.code == 0, story.late.finished.stderr
    assert story.whole.summary_path.exists()


def test_where_one_process_is_killed_torchrun_ends_the_other(story: Story) -> None:
    assert story.killed.code != 0
    assert "exitcode  : -9" in story.killed.finished.stderr
    assert story.killed.wait_s < 60
    assert story.killed.left == []


def test_a_process_that_loses_the_other_ends_by_itself_and_says_so(story: Story) -> None:
    assert story.parted.code == 1
    last = story.parted.lines[-1]
    assert last.startswith("another process of this training died, or did not answer within ")
    assert story.parted.wait_s < 60
    assert story.parted.left == []


def test_a_disk_that_is_full_for_one_process_ends_both_with_the_same_line(story: Story) -> None:
    assert story.full.code != 0
    line = (
        f"{story.run.checkpoints_path}: the disk is full; make space, then give the same command "
        "again"
    )
    assert story.full.lines.count(line) == 2
    assert story.full.finished.stderr.count("exitcode  : 2 ") >= 1
    assert story.when_full == ["checkpoint-1"]
    assert story.full.left == []


def test_the_run_goes_on_and_is_what_it_would_have_been(story: Story) -> None:
    assert story.finished.code == 0, story.finished.finished.stderr
    assert compare_runs(story.whole, story.run) == RunComparison(NUM_STEPS, None, 0.0)
    ours, theirs = (last_checkpoint(run) for run in (story.run, story.whole))
    for name in ("model.safetensors", "optimizer.pt"):
        assert (ours / name).read_bytes() == (theirs / name).read_bytes()


def test_each_process_goes_on_with_its_own_generators(story: Story) -> None:
    ours, theirs = (generators(last_checkpoint(run)) for run in (story.run, story.whole))
    assert ours == theirs
    assert ours[0]["cpu"] != ours[1]["cpu"]


def last_checkpoint(run: RunDirectory) -> Path:
    return run.checkpoints_path / f"checkpoint-{NUM_STEPS}"


def generators(checkpoint: Path) -> list[dict[str, Any]]:
    states = [
        torch.load(checkpoint / f"rng_state_{rank}.pth", weights_only=False) for rank in range(2)
    ]
    return [
        {
            "python": state["python"],
            "numpy": [*state["numpy"][:1], state["numpy"][1].tolist(), *state["numpy"][2:]],
            "cpu": state["cpu"].tolist(),
        }
        for state in states
    ]
