"""The trackers that metrics go to besides the run directory, each behind the same three members.

A resumed run has each step once: what a tracker's files hold of steps after the checkpoint is
replaced. It does not cover what a server was sent: wandb is given a step's new values with its
number and may leave them out, and a trackio Space gets them beside the earlier ones.
"""

import contextlib
import json
import os
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # re-exported lazily

from tarot.data.lazy import heavy
from tarot.runs.exits import Exit
from tarot.runs.full_disk import full_disk_told
from tarot.types import UserError

# Of its files, its database, and the server or Space that it is sent to.
TRACKIO_FAULTS = (httpx.HTTPError, OSError, RuntimeError, ValueError, sqlite3.Error)


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run as trackers know it: `history` has the step and metrics of every line of its log."""

    id: str
    project: str
    folder: Path
    config: Mapping[str, Any]
    history: tuple[tuple[int, Mapping[str, float]], ...]

    @property
    def last_step(self) -> int:
        """The last step that is done and saved, 0 for none."""
        return self.history[-1][0] if self.history else 0


class Tracker(Protocol):
    """Where metrics go; made for a run, it goes on with what it holds of that run."""

    @property
    def place(self) -> str:
        """Its name, and where its figures are to be seen."""

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Take the metrics of one step."""

    def close(self, code: Exit) -> None:
        """Write what is left, and how the run ended where that can be told."""


class TensorBoardTracker:
    """Event files in the run directory; those of later steps are declared void by the next."""

    def __init__(self, run: TrackedRun) -> None:
        """Begin a new file of the run's."""
        self._folder = run.folder / "tensorboard"
        self.place = f"tensorboard: {self._folder}"
        heavy("tensorboard")
        writer = heavy("torch.utils.tensorboard").SummaryWriter
        text = json.dumps(run.config, indent=2, sort_keys=True)
        with full_disk_told(self._folder):
            self._writer = writer(str(self._folder), purge_step=run.last_step + 1)
            self._writer.add_text("config", f"```\n{text}\n```", run.last_step)

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Write at once, so that a kill loses nothing."""
        with full_disk_told(self._folder):
            for name, value in metrics.items():
                self._writer.add_scalar(name, value, step)
            self._writer.flush()

    def close(self, code: Exit) -> None:
        """Close the file."""
        with full_disk_told(self._folder):
            self._writer.close()


class TrackioTracker:
    """A local trackio project, in `TRACKIO_DIR`; `TRACKIO_SPACE_ID` sends it to a Space."""

    def __init__(self, run: TrackedRun) -> None:
        """Go on with the run of this name, or begin it; UserError if trackio can't."""
        self._trackio = heavy("trackio")
        self.place = f"trackio: {os.environ.get('TRACKIO_DIR') or 'its own folder'}"
        try:
            self._begin(run)
        except TRACKIO_FAULTS as error:
            remedy = "mend or unset TRACKIO_DIR, TRACKIO_SPACE_ID or TRACKIO_SERVER_URL"
            raise _refusal("trackio", error, remedy) from error

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Queue the metrics; trackio's own thread writes them within a second."""
        self._trackio.log(dict(metrics), step=step)

    def close(self, code: Exit) -> None:
        """Write what is queued."""
        with contextlib.redirect_stdout(sys.stderr):
            self._trackio.finish()

    def _begin(self, run: TrackedRun) -> None:
        is_local = not {"TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL"} & os.environ.keys()
        known = _cut_back(self._trackio, run) if is_local else run.last_step
        with contextlib.redirect_stdout(sys.stderr):
            self._trackio.init(
                project=run.project,
                name=run.id,
                config=dict(run.config),
                resume="allow",
                embed=False,
            )
        for step, metrics in run.history:
            if step > known:
                self.log(step, metrics)


class WandbTracker:
    """Weights & Biases, on line or, with `WANDB_MODE=offline`, in files for `wandb sync`.

    Offline every resume begins a further directory of the same run id. It gets the run's history
    anew, and those before it that are not synced are set aside, so that one holds every step once.
    """

    def __init__(self, run: TrackedRun) -> None:
        """Go on with the run of this id, or begin it; UserError if wandb refuses."""
        wandb = heavy("wandb")
        superseded = _unsynced(run)
        try:
            self._run = wandb.init(
                project=run.project,
                id=run.id,
                name=run.id,
                dir=os.environ.get("WANDB_DIR") or str(run.folder),
                config=dict(run.config),
                resume="allow",
                settings=wandb.Settings(console="off", silent=True),
            )
        except wandb.errors.Error as error:
            raise _refusal("wandb", error, "set WANDB_API_KEY, or WANDB_MODE=offline") from error
        if self._run.offline:
            self._replay(run, superseded)
        self.place = f"wandb: {_place(self._run)}"

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Hand the metrics to wandb, which writes and sends them."""
        self._run.log(dict(metrics), step=step)

    def close(self, code: Exit) -> None:
        """Wait until all is written or sent; the run has failed for any other code than OK."""
        self._run.finish(exit_code=int(code))

    def _replay(self, run: TrackedRun, superseded: list[Path]) -> None:
        """With nothing set aside the history is on the server already."""
        for step, metrics in run.history if superseded else ():
            self.log(step, metrics)
        for folder in superseded:
            folder.rename(folder.with_name(f"superseded-{folder.name}"))


def _refusal(tracker: str, error: Exception, remedy: str) -> UserError:
    cause = " ".join(str(error).split())
    return UserError(f"tracker.report_to: {tracker}: {cause}; {remedy}, or set tracker=none")


def _cut_back(trackio: Any, run: TrackedRun) -> int:
    """The last step that trackio's files hold of the run; with any later ones it is taken out."""
    storage = heavy("trackio.sqlite_storage").SQLiteStorage
    try:
        records = [found for found in trackio.Api().runs(run.project) if found.name == run.id]
    except ValueError:  # no such project yet
        return 0
    last: int = storage.get_max_step_for_run(run.project, run.id) or 0
    if last <= run.last_step:
        return last
    for record in records:
        record.delete()
    return 0


def _place(wandb_run: Any) -> str:
    if wandb_run.offline:
        return f"offline in {Path(wandb_run.dir).parent}"
    return str(wandb_run.url)


def _unsynced(run: TrackedRun) -> list[Path]:
    """The offline directories of the run that `wandb sync` has not sent."""
    root = Path(os.environ.get("WANDB_DIR") or run.folder) / "wandb"
    folders = sorted(root.glob(f"offline-run-*-{run.id}"))
    return [folder for folder in folders if not list(folder.glob("*.synced"))]
