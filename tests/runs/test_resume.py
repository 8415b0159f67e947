"""Going on after a kill: torn files go, and every step is there once."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tarot.runs import DirectoryState, RunDirectory, StepLog, mark_complete, write_atomically
from tarot.types import UserError

Child = Callable[[str], "subprocess.Popen[str]"]
APPEND = """
from pathlib import Path
from tarot.runs import StepLog
log = StepLog(Path({path!r}))
for step in range(1, 1_000_000):
    log.append({{"step": step, "text": "x" * 5000}})
    if step == 20:
        print("going", flush=True)
"""
REPLACE = """
from pathlib import Path
from tarot.runs import write_json
print("going", flush=True)
for size in range(1, 1_000_000):
    write_json(Path({path!r}), ["x" * 100] * size)
"""


def steps(log: StepLog) -> list[int]:
    return [line["step"] for line in log.lines()]


def run_with(tmp_path: Path, *, complete: tuple[int, ...], torn: tuple[int, ...]) -> RunDirectory:
    """A run that has logged ten steps, with checkpoints of which some were being written."""
    run = RunDirectory(tmp_path)
    run.rollouts_path.mkdir()
    for step in range(1, 11):
        run.log.append({"step": step})
        run.rollouts_of(step).touch()
    for step in (*complete, *torn):
        checkpoint = run.checkpoints_path / f"checkpoint-{step}"
        checkpoint.mkdir(parents=True)
        (checkpoint / "trainer_state.json").touch()
        if step in complete:
            mark_complete(checkpoint)
    return run


def test_a_run_goes_on_from_its_last_complete_checkpoint(tmp_path: Path) -> None:
    run = run_with(tmp_path, complete=(4, 8), torn=(10,))
    assert run.resume().checkpoint == run.checkpoints_path / "checkpoint-8"
    assert steps(run.log) == list(run.rollout_files()) == list(range(1, 9))
    assert sorted(path.name for path in run.checkpoints_path.iterdir()) == [
        "checkpoint-4",
        "checkpoint-8",
    ]


def test_checkpoints_are_ordered_by_number_and_other_folders_left_alone(tmp_path: Path) -> None:
    run = run_with(tmp_path, complete=(9, 10), torn=())
    (run.checkpoints_path / "checkpoint-best").mkdir()
    assert run.last_checkpoint() == run.checkpoints_path / "checkpoint-10"
    run.resume()
    assert (run.checkpoints_path / "checkpoint-best").is_dir()


def test_a_run_without_a_complete_checkpoint_starts_over(tmp_path: Path) -> None:
    run = run_with(tmp_path, complete=(), torn=(4,))
    run.log.append({"step": 0, "event": "probe"})
    assert run.state is DirectoryState.RESUMABLE
    assert run.resume().checkpoint is None
    assert steps(run.log) == [0]
    assert run.rollout_files() == {}


def test_decisions_stand_between_the_steps_and_are_cut_back_with_them(tmp_path: Path) -> None:
    log = StepLog(tmp_path / "log.jsonl")
    for step in (1, 2, 3):
        log.append({"step": step, "decision": {"action": "advance"}})
        log.append({"step": step, "loss": 0.5})
    log.cut_back(2)
    assert list(log.steps()) == [{"step": step, "loss": 0.5} for step in (1, 2)]
    decided = [{"step": step, "decision": {"action": "advance"}} for step in (1, 2)]
    assert list(log.decisions()) == decided
    assert len(list(log.lines())) == 4


def test_half_written_rollouts_are_removed(tmp_path: Path) -> None:
    run = run_with(tmp_path, complete=(10,), torn=())
    half_written = run.rollouts_path / "step-000011.parquet.tmp"
    half_written.touch()
    run.resume()
    assert not half_written.exists()
    assert len(run.rollout_files()) == 10


def test_a_torn_last_line_goes_and_the_log_goes_on(tmp_path: Path) -> None:
    log = StepLog(tmp_path / "log.jsonl")
    log.append({"step": 1})
    with log.path.open("a") as file:
        file.write('{"step": 2, "rew')
    assert steps(log) == [1]
    log.cut_back(5)
    log.append({"step": 2})
    assert steps(log) == [1, 2]


def test_a_bad_line_in_the_middle_is_named(tmp_path: Path) -> None:
    log = StepLog(tmp_path / "log.jsonl")
    log.path.write_text('{"step": 1}\noops\n{"step": 2}\n')
    with pytest.raises(UserError, match=r"log\.jsonl: line 2 is not JSON"):
        log.cut_back(5)
    assert log.path.read_text().count("\n") == 3


def test_what_json_lacks_is_logged_as_null(tmp_path: Path) -> None:
    log = StepLog(tmp_path / "log.jsonl")
    log.append({"step": 1, "reward": float("nan"), "loss": float("inf"), "text": "é\u2028"})
    assert list(log.lines()) == [{"step": 1, "reward": None, "loss": None, "text": "é\u2028"}]


def test_a_line_without_a_step_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="step"):
        StepLog(tmp_path / "log.jsonl").append({"reward": 1.0})


def test_a_log_survives_a_kill_at_any_moment(tmp_path: Path, child: Child) -> None:
    log = StepLog(tmp_path / "log.jsonl")
    writer = child(APPEND.format(path=str(log.path)))
    assert writer.stdout is not None
    assert writer.stdout.readline() == "going\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    log.cut_back(1_000_000)
    assert steps(log) == list(range(1, len(steps(log)) + 1))
    assert len(steps(log)) >= 20


def test_a_json_file_is_whole_after_a_kill_at_any_moment(tmp_path: Path, child: Child) -> None:
    path = tmp_path / "summary.json"
    path.write_text("[]")
    writer = child(REPLACE.format(path=str(path)))
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert isinstance(json.loads(path.read_text()), list)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    path.with_name("file.tmp").mkdir()
    with pytest.raises(OSError, match=r"file\.tmp"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
