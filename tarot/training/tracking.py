"""A run's metrics in the trackers that its config names, as they are in `log.jsonl`.

Each tracker gets every step's line under the same names; NaN and infinities, which the log has as
null, are left out. A run that goes on is the same run in
the tracker: its id comes from the run directory's name and the config's sha, so a copy of a run in
a directory of the same name elsewhere shares it.
"""

import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from tarot.runs import RunDirectory, read_json
from tarot.runs.exits import Exit
from tarot.training.context import RunContext
from tarot.training.processes import from_main
from tarot.training.trackers import (
    TensorBoardTracker,
    TrackedRun,
    Tracker,
    TrackioTracker,
    WandbTracker,
)

logger = logging.getLogger(__name__)

KINDS: Mapping[str, Callable[[TrackedRun], Tracker]] = {
    "tensorboard": TensorBoardTracker,
    "trackio": TrackioTracker,
    "wandb": WandbTracker,
}
NOT_IN_AN_ID = re.compile(r"[^\w.+-]")

Track = Callable[[Mapping[str, Any]], None]
"""Takes one line of the log."""


@contextmanager
def tracked(context: RunContext) -> Iterator[Track]:
    """The trackers of a run that was cut back to its checkpoint, closed however it ends.

    Of several processes the main one alone has trackers.

    Raises:
        UserError: for a tracker that is not installed or can't be reached.
    """
    trackers: list[Tracker] = []
    with ExitStack() as held:
        from_main(lambda: trackers.extend(_open_all(context, held)))

        def track(line: Mapping[str, Any]) -> None:
            for tracker in trackers:
                tracker.log(line["step"], numbers(line))

        yield track


def tracked_run(run: RunDirectory, project: str) -> TrackedRun:
    """A run as trackers know it."""
    identity: dict[str, str] = read_json(run.identity_path)
    history = [(line["step"], numbers(line)) for line in run.log.metrics()]
    return TrackedRun(
        id=tracker_id(run.path.resolve().name, identity["sha"]),
        project=project,
        folder=run.path.resolve(),
        config={**run.config(), **identity},
        history=tuple(history),
    )


def tracker_id(directory_name: str, sha: str) -> str:
    """`<name>-<sha8>`; directories of one config under other names have other ids."""
    name = NOT_IN_AN_ID.sub("-", directory_name)
    return name if name.endswith(f"-{sha}") else f"{name}-{sha}"


def numbers(line: Mapping[str, Any]) -> dict[str, float]:
    """The metrics of a line of the log, without its step and what has no finite value."""
    return {
        key: value
        for key, value in line.items()
        if key != "step" and isinstance(value, int | float) and math.isfinite(value)
    }


def _open_all(context: RunContext, held: ExitStack) -> Sequence[Tracker]:
    settings = context.config.tracker
    if not settings.report_to:
        return ()
    run = tracked_run(context.run, settings.project)
    opened = [held.enter_context(_open(kind, run)) for kind in dict.fromkeys(settings.report_to)]
    for tracker in opened:
        context.display.say(f"tracker {tracker.place}")
    return opened


@contextmanager
def _open(kind: str, run: TrackedRun) -> Iterator[Tracker]:
    tracker = KINDS[kind](run)
    try:
        yield tracker
    except BaseException as error:
        _close_after(tracker, error)
        raise
    tracker.close(Exit.OK)


def _close_after(tracker: Tracker, error: BaseException) -> None:
    """Close a tracker whose run ends by `error`, which a failure to close must not replace."""
    try:
        tracker.close(Exit.INTERRUPTED if isinstance(error, KeyboardInterrupt) else Exit.FAILED)
    except Exception:
        logger.exception("could not close %s", tracker.place)
