"""A run that is stopped by Ctrl-C, then killed, then finished, against one that never was."""

import os
import shutil
import signal
from dataclasses import dataclass
from typing import Any

import pytest

from tarot.runs.comparison import RunComparison, compare_runs
from tests.training.workplace import NUM_STEPS, Finished, Workplace

pytestmark = pytest.mark.e2e

RUN = "run_dir=interrupted"
OF_THE_CLOCK = {"step_time"}


@dataclass(frozen=True)
class Story:
    """The three commands of one run, and what lay there between them."""

    stopped: Finished
    checkpoints_when_stopped: list[str]
    killed: Finished
    steps_when_killed: tuple[list[int], list[int]]
    finished: Finished


@pytest.fixture(scope="module")
def story(workplace: Workplace, whole: Finished) -> Story:
    """Ctrl-C in the first epoch, kill -9 in the second, and a checkpoint that is torn."""
    held, _ = workplace.train_until_held(1, RUN)
    held.send_signal(signal.SIGINT)
    stopped = workplace.finish(held)
    run = workplace.run("interrupted")
    checkpoints = sorted(path.name for path in run.checkpoints_path.glob("checkpoint-*"))

    held, child = workplace.train_until_held(6, RUN)
    os.kill(child, signal.SIGKILL)
    killed = workplace.finish(held)
    steps = [line["step"] for line in run.log.lines()], list(run.rollout_files())
    torn = run.checkpoints_path / "checkpoint-5"
    shutil.copytree(run.checkpoints_path / "checkpoint-4", torn)
    (torn / "complete").unlink()
    return Story(stopped, checkpoints, killed, steps, workplace.train(RUN))


def test_ctrl_c_saves_and_says_how_to_go_on(story: Story) -> None:
    assert story.stopped.returncode == 130
    (line,) = story.stopped.stderr.splitlines()
    assert line.startswith("stopped; go on from what is saved with: ")
    assert "python train.py " in line
    assert line.endswith(RUN)
    assert story.checkpoints_when_stopped == ["checkpoint-1"]


def test_a_kill_is_a_failure_with_its_cause(story: Story) -> None:
    assert story.killed.returncode == 1
    assert "interrupted failed with exit code -9" in story.killed.stderr
    assert story.steps_when_killed == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])


def test_the_same_command_goes_on_from_the_last_whole_checkpoint(
    workplace: Workplace, story: Story
) -> None:
    assert (story.finished.returncode, story.finished.stderr) == (0, "")
    shown = [line for line in story.finished.stdout.splitlines() if line.startswith("GRPO  ")]
    assert [line.split()[1] for line in shown] == ["4/6", "5/6"]
    assert not (workplace.run("interrupted").checkpoints_path / "checkpoint-5").exists()


def test_stages_that_were_done_are_not_done_again(story: Story) -> None:
    assert "evaluate before" in story.stopped.stdout
    assert "evaluate before" not in story.killed.stdout + story.finished.stdout


def test_completions_and_rewards_are_those_of_the_run_that_nothing_interrupted(
    workplace: Workplace, story: Story
) -> None:
    comparison = compare_runs(workplace.run("whole"), workplace.run("interrupted"))
    assert comparison == RunComparison(NUM_STEPS, None, 0.0)
    assert list(workplace.run("interrupted").rollout_files()) == list(range(1, NUM_STEPS + 1))


def test_the_logs_agree_but_for_the_clock(workplace: Workplace, story: Story) -> None:
    def lines(name: str) -> list[dict[str, Any]]:
        log = workplace.run(name).log.lines()
        return [{key: line[key] for key in line.keys() - OF_THE_CLOCK} for line in log]

    assert lines("interrupted") == lines("whole")


def test_the_last_weights_agree_to_the_bit(workplace: Workplace, story: Story) -> None:
    last = f"checkpoints/checkpoint-{NUM_STEPS}/model.safetensors"
    ours, theirs = (workplace.folder / name / last for name in ("interrupted", "whole"))
    assert ours.read_bytes() == theirs.read_bytes()
