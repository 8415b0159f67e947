"""Two training processes on this machine by `launcher=accelerate`, whatever ends one of them."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from uuid import uuid4

import psutil
import pytest

from tarot.runs import RunDirectory
from tarot.runs.comparison import RunComparison, compare_runs
from tarot.runs.rollouts import read_rollouts
from tests.training.workplace import ROOT, Finished, Workplace, wait_for, workplace_in

pytestmark = pytest.mark.e2e

TWO = ("launcher=accelerate", "hardware.processes=2", "hardware.per_device_batch_size=2")
MARK = "TAROT_TEST_MARK"
RUN = "run_dir=run"


def marked(mark: str) -> list[psutil.Process]:
    """All processes that have the mark in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def rank_of(process: "subprocess.Popen[str]", rank: int) -> psutil.Process:
    """The training process of that number."""
    (found,) = (
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if "tarot.training" in child.cmdline() and child.environ().get("RANK") == str(rank)
    )
    return found


@pytest.fixture(scope="module")
def mark() -> Iterator[str]:
    """Put into the environment of everything that these tests start."""
    os.environ[MARK] = mark = uuid4().hex
    yield mark
    del os.environ[MARK]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, mark: str) -> Iterator[Workplace]:
    settings = (*TWO, "trainer.max_steps=4")
    with workplace_in(tmp_path_factory.mktemp("two"), *settings) as place:
        yield place


@dataclass(frozen=True)
class Story:
    """The commands of one run, and how many processes each left behind."""

    told: Finished
    bereft: Finished
    finished: Finished
    num_left: list[int]


@pytest.fixture(scope="module")
def whole(place: Workplace) -> Finished:
    """A run that nothing interrupts."""
    return place.train("run_dir=whole")


@pytest.fixture(scope="module")
def story(place: Workplace, mark: str) -> Story:
    """SIGTERM in step 1, the second process killed in step 2, the command killed in step 3."""
    held, _ = place.train_until_held(1, RUN)
    held.send_signal(signal.SIGTERM)
    told = place.finish(held)
    left = [len(marked(mark))]

    held, _ = place.train_until_held(2, RUN)
    rank_of(held, 1).kill()
    bereft = place.finish(held)
    left.append(len(marked(mark)))

    held, _ = place.train_until_held(3, RUN)
    held.kill()
    wait_for(lambda: not marked(mark))
    left.append(len(marked(mark)))

    finished = place.train(RUN)
    return Story(told, bereft, finished, [*left, len(marked(mark))])


def test_a_run_of_two_comes_to_its_end(place: Workplace, whole: Finished) -> None:
    assert whole.returncode == 0, whole.stderr
    run = place.run("whole")
    assert [line["step"] for line in run.log.lines()] == [1, 2, 3, 4]
    shown = [line for line in whole.stdout.splitlines() if line.startswith("GRPO  ")]
    assert [line.split()[1] for line in shown] == ["0/4", "1/4", "2/4", "3/4"]


def test_each_process_writes_to_files_of_its_own(place: Workplace, whole: Finished) -> None:
    run = place.run("whole")
    assert run.stdout_of(0).read_text().count("GRPO  ") == 4
    assert "GRPO" not in run.stdout_of(1).read_text()
    assert (run.exit_of(0).read_text(), run.exit_of(1).read_text()) == ("0\n", "0\n")


@pytest.mark.soak
def test_a_signal_lets_both_save_the_step(place: Workplace, story: Story) -> None:
    assert story.told.returncode == 130
    (line,) = story.told.stderr.splitlines()
    assert line.startswith("stopped; go on from what is saved with: ")


@pytest.mark.soak
def test_a_process_that_is_killed_ends_the_other_with_one_cause(story: Story) -> None:
    assert story.bereft.returncode == 1
    cause = "run failed with exit code 1: process 1 of the training was killed by SIGKILL; see run"
    assert story.bereft.stderr.splitlines()[-1].startswith(cause)


@pytest.mark.soak
def test_no_process_is_left_after_any_end(story: Story) -> None:
    assert story.num_left == [0, 0, 0, 0]


@pytest.mark.soak
def test_the_same_command_goes_on_and_nothing_differs(
    place: Workplace, whole: Finished, story: Story
) -> None:
    assert (story.finished.returncode, story.finished.stderr) == (0, "")
    assert whole.returncode == 0
    runs = place.run("whole"), place.run("run")
    assert compare_runs(*runs) == RunComparison(4, None, 0.0)
    assert [line["step"] for line in runs[1].log.lines()] == [1, 2, 3, 4]
    assert _rows(runs[0]) == _rows(runs[1])


@pytest.mark.soak
def test_twenty_starts_and_stops_leave_no_process(place: Workplace, mark: str) -> None:
    """Stopped at moments spread over the start and the first steps, by three signals in turn."""
    order = Random(0)
    for turn in range(20):
        number = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[turn % 3]
        process = place.start(str(ROOT / "train.py"), *place.settings, f"run_dir=stopped-{turn}")
        time.sleep(order.uniform(0, 40))
        process.send_signal(number)
        place.finish(process)
        wait_for(lambda: not marked(mark))


def _rows(run: RunDirectory) -> list[tuple[int, int]]:
    return [(row.step, row.group) for row in read_rollouts(run)]
