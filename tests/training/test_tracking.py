"""A tracker that fails: the run ends by its own cause, whatever becomes of the tracker."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import get_args

import pytest

from tarot.config.schema import TrackerConfig
from tarot.training.context import RunContext, opened
from tarot.training.stopping import StopRequest
from tarot.training.tracking import KINDS, Track, tracked
from tarot.types import UserError
from tests.small_disk import small_disk
from tests.training.in_process import prepared, signals_kept

pytestmark = [
    pytest.mark.e2e,
    # TensorBoard writes in a thread, which the full disk ends.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]

# More than what is left of a page of the disk.
LINE = {"step": 1, **{f"metric/{number}": number for number in range(500)}}


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunContext]:
    """A run that is followed by TensorBoard, on a small disk of its own."""
    with small_disk(tmp_path / "disk", 1000), signals_kept():
        run = prepared(f"run_dir={tmp_path}/disk/run", "tracker=tensorboard")
        with opened(run, StopRequest()) as context:
            yield context


def fill_and_track(context: RunContext, track: Track) -> None:
    with suppress(OSError), (context.run.path / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    track(LINE)


def test_a_disk_that_is_full_for_a_tracker_is_one_line(context: RunContext) -> None:
    with pytest.raises(UserError) as caught, tracked(context) as track:
        fill_and_track(context, track)
    folder = context.run.path / "tensorboard"
    assert str(caught.value) == (
        f"{folder}: the disk is full; make space, then give the same command again"
    )


def test_ctrl_c_stays_one_where_a_tracker_can_not_be_closed(context: RunContext) -> None:
    def work() -> None:
        with tracked(context) as track:
            with suppress(UserError):
                fill_and_track(context, track)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()


def test_a_tracker_that_can_not_be_closed_fails_a_run_that_came_to_its_end(
    context: RunContext,
) -> None:
    with (
        pytest.raises(UserError, match="the disk is full"),
        tracked(context) as track,
        suppress(UserError),
    ):
        fill_and_track(context, track)


def test_every_tracker_that_a_config_may_name_is_one_that_a_run_can_open() -> None:
    (named,) = get_args(TrackerConfig.model_fields["report_to"].annotation)
    assert set(get_args(named)) == KINDS.keys()
