"""Faults of one run after the other, between which the same command goes on."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tarot.runs import RunDirectory
from tarot.runs.comparison import RunComparison, compare_runs
from tests.small_disk import resize, small_disk
from tests.training.commands import (
    LARGE_KB,
    SMALL_KB,
    Ended,
    ended,
    orphans_adopted,
    start,
    stop_when_held,
)
from tests.training.faulty import FaultySandbox, LetterReward
from tests.training.in_process import prepared_from, run_child
from tests.training.workplace import Workplace

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

NUM_STEPS = 3
# The rest of a step, a checkpoint and Python's own end, on a machine that does other things too.
LONGEST_STOP_S = 60
SETTINGS = (
    "+experiment=tiny",
    f"reward._target_={LetterReward.__module__}.LetterReward",
    f"sandbox._target_={FaultySandbox.__module__}.FaultySandbox",
    *(f"trainer.max_steps={NUM_STEPS}", "trainer.save_steps=1", "trainer.learning_rate=1e-3"),
    *("data.families=[count_digits]", "data.num_problems=4", "data.num_held_out=2"),
)
RUN = ("run_dir=disk/run", "curriculum=average")


@dataclass(frozen=True)
class Story:
    """The commands of one run, and the names of its checkpoints after each that saved or not."""

    raised: Ended
    full: Ended
    when_full: list[str]
    stopped: Ended
    when_stopped: list[str]
    stopped_twice: Ended
    filled: Ended
    finished: Ended
    run: RunDirectory


def steps_shown(command: Ended) -> list[str]:
    shown = command.finished.stdout.splitlines()
    return [line.split()[1] for line in shown if line.startswith("GRPO  ")]


def names(checkpoints: Path) -> list[str]:
    return sorted(path.name for path in checkpoints.glob("checkpoint-*"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The run lies on a disk that is too small at first."""
    place = Workplace(tmp_path_factory.mktemp("faults"), SETTINGS)
    folder = place.folder / "disk"
    with small_disk(folder, SMALL_KB), orphans_adopted():
        checkpoints = folder / "run" / "checkpoints"
        raised = ended(place, start(place, *RUN, RAISE_AT="2"))
        full = ended(place, start(place, *RUN))
        when_full = names(checkpoints)
        resize(folder, LARGE_KB)
        # The first call is the self-check, the second is of step 2.
        stopped = stop_when_held(place, *RUN, held_in="tarot.training:2")
        when_stopped = names(checkpoints)
        os.truncate(checkpoints / "checkpoint-2" / "optimizer.pt", 1000)
        twice = stop_when_held(place, *RUN, held_in="tarot.training:2", num_signals=2)
        filled = ended(place, start(place, *RUN, FILL_AT="3"))
        (folder / "filler").unlink()
        finished = ended(place, start(place, *RUN))
        run = RunDirectory.open(folder / "run")
        yield Story(raised, full, when_full, stopped, when_stopped, twice, filled, finished, run)


def test_a_reward_that_raises_is_one_line_and_its_traceback_is_kept(story: Story) -> None:
    assert story.raised.code == 2
    (line,) = story.raised.lines
    assert re.fullmatch(
        rf"reward: {LetterReward.__module__}\.LetterReward raised KeyError: 'oops' "
        r"\(faulty\.py:\d+\) in step 2; its traceback is in the run's logs",
        line,
    )
    log = story.run.stderr_of(0).read_text()
    assert "raise KeyError(\"oops\")\nKeyError: 'oops'\n" in log


def test_a_disk_too_full_for_a_checkpoint_is_one_line_and_nothing_torn_is_left(
    story: Story,
) -> None:
    assert story.full.code == 2
    assert story.full.lines == [
        "disk/run/checkpoints: the disk is full; make space, then give the same command again"
    ]
    assert story.when_full == ["checkpoint-1"]


def test_sigterm_finishes_the_step_saves_and_ends(story: Story) -> None:
    assert story.stopped.code == 130
    (line,) = story.stopped.lines
    assert line.startswith("stopped; go on from what is saved with: ")
    assert story.when_stopped == ["checkpoint-1", "checkpoint-2"]
    assert story.stopped.wait_s < LONGEST_STOP_S


def test_a_broken_checkpoint_is_told_and_the_one_before_gone_on_from(story: Story) -> None:
    shown = story.stopped_twice.finished.stdout.splitlines()
    (line,) = (line for line in shown if "broken" in line)
    assert line.startswith(
        "disk/run/checkpoints/checkpoint-2 is broken: optimizer.pt has 1000 of its "
    )
    assert line.endswith(" bytes; going on from checkpoint-1")


def test_a_second_signal_ends_a_step_that_does_not_end(story: Story) -> None:
    assert story.stopped_twice.code != 0
    assert steps_shown(story.filled) == ["1/3"]


def test_a_disk_too_full_for_rollouts_and_for_the_logs_is_one_line(story: Story) -> None:
    """The first step that it went on with is the second; the third could not be shown."""
    assert story.filled.code == 2
    (line,) = story.filled.lines
    assert line.endswith(": the disk is full; make space, then give the same command again")
    assert line.startswith("disk/run")
    assert steps_shown(story.finished) == ["2/3"]


def test_no_command_leaves_a_process(story: Story) -> None:
    commands = (story.raised, story.full, story.stopped, story.stopped_twice, story.filled)
    assert [command.left for command in commands] == [[]] * 5


def test_the_run_is_what_it_would_have_been_without_faults(story: Story, tmp_path: Path) -> None:
    assert (story.finished.code, story.finished.lines, story.finished.left) == (0, [], [])
    whole = prepared_from(*SETTINGS, f"run_dir={tmp_path / 'whole'}", "curriculum=average")
    assert run_child(whole) == 0
    assert compare_runs(whole, story.run) == RunComparison(NUM_STEPS, None, 0.0)
    last = f"checkpoint-{NUM_STEPS}/model.safetensors"
    ours, theirs = (run.checkpoints_path / last for run in (story.run, whole))
    assert ours.read_bytes() == theirs.read_bytes()
