"""Launchers that submit a run instead of running it."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from tarot.types import Launcher


@runtime_checkable
class QueueingLauncher(Launcher, Protocol):
    """A launcher whose runs start elsewhere and later, on machines unlike the one it is asked on.

    Its `launch` submits a run that is neither queued nor running, and returns at once.
    """

    def active_job(self, directory: Path) -> str | None:
        """The id of the run's job that is queued or running, None without one.

        UserError if that can't be found out.
        """
