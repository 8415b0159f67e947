"""SIGTERM in each stage but GRPO: it ends at once, and the same command goes on with the stage."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.training.commands import Ended, ended, orphans_adopted, start, stop_when_held
from tests.training.faulty import FaultySandbox
from tests.training.workplace import Workplace

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

# Probe and cold start are processes of their own; the probe makes the cold start that it needs.
SETTINGS = (
    "+experiment=tiny",
    "run_dir=run",
    "trainer.max_steps=1",
    f"sandbox._target_={FaultySandbox.__module__}.FaultySandbox",
    *("data.families=[count_digits]", "data.num_problems=4", "data.num_held_out=2"),
    "cold_start={problems: 4, epochs: 40, batch_size: 2, learning_rate: 1e-3, seed: 0}",
)
LONGEST_STOP_S = 60


@dataclass(frozen=True)
class Story:
    """The run's commands, and where it lies."""

    folder: Path
    in_cold_start: Ended
    in_probe: Ended
    in_evaluation: Ended
    finished: Ended


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The sandbox's first call in each process is the self-check."""
    place = Workplace(tmp_path_factory.mktemp("stages"), SETTINGS)
    with orphans_adopted():
        process = start(place)
        assert process.stdout is not None
        assert any(line.startswith("cold start  1/80") for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        in_cold_start = ended(place, process)
        in_probe = stop_when_held(place, held_in="tarot.training.probing:2")
        in_evaluation = stop_when_held(place, held_in="tarot.training:2")
        yield Story(
            place.folder, in_cold_start, in_probe, in_evaluation, ended(place, start(place))
        )


@pytest.mark.parametrize("stage", ["in_cold_start", "in_probe", "in_evaluation"])
def test_a_stage_ends_in_one_line_and_leaves_no_process(story: Story, stage: str) -> None:
    stopped: Ended = getattr(story, stage)
    assert stopped.code == 130
    (line,) = stopped.lines
    assert line.startswith("stopped; go on from what is saved with: ")
    assert stopped.wait_s < LONGEST_STOP_S
    assert stopped.left == []


def test_each_command_goes_on_with_the_stage_that_was_stopped(story: Story) -> None:
    shown = [one.finished.stdout for one in (story.in_probe, story.in_evaluation, story.finished)]
    assert ["cold start  80/80" in text for text in shown] == [True, False, False]
    assert ["probe …" in text for text in shown] == [True, True, False]
    assert ["evaluate before-test …" in text for text in shown] == [False, True, True]


def test_the_run_comes_to_its_end_and_nothing_torn_is_in_the_cache(story: Story) -> None:
    assert (story.finished.code, story.finished.lines, story.finished.left) == (0, [], [])
    assert (story.folder / "run" / "summary.json").exists()
    (started,) = (story.folder / "cache" / "cold_starts").iterdir()
    assert (started / "model.safetensors").exists()
