"""A run in the test's own process, which has imported the heavy libraries already."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tarot.cli.composition import compose
from tarot.cli.planning import plan_run
from tarot.runs import RunDirectory, prepare
from tarot.training.__main__ import main
from tarot.types import Outcome, Run, RunState

TINY = (
    "+experiment=tiny",
    "curriculum=average",  # which needs no probe
    "trainer.max_steps=1",
    "data.num_problems=4",
    "data.num_held_out=2",
)


def prepared(*overrides: str) -> RunDirectory:
    """The directory of a tiny run of one step, with its config."""
    return prepared_from(*TINY, *overrides)


def prepared_from(*arguments: str) -> RunDirectory:
    """The directory of the run that the arguments of `train.py` describe."""
    (job,) = compose("train", arguments)
    planned = plan_run(job.config)
    return prepare(planned.config, planned.data_fingerprint)


def run_child(run: RunDirectory) -> int:
    """What the child does in `run`; its exit code."""
    with signals_kept(), _environment_kept():
        return main(str(run.path))


class InProcessLauncher:
    """Trains in the process in which the command was typed."""

    def launch(self, run: Run) -> Outcome:
        """Train to the end; nothing else is expected."""
        assert run_child(RunDirectory(Path(run.directory))) == 0
        return Outcome(RunState.FINISHED)

    def render(self, run: Run, config: Mapping[str, Any]) -> str:
        """There is no command."""
        return ""


@contextmanager
def signals_kept() -> Iterator[None]:
    """What a run does with signals ends with it."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def _environment_kept() -> Iterator[None]:
    """What a run sets for itself, as where a tracker writes, is not set for the next."""
    kept = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
