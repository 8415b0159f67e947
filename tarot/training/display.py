"""What a person sees while a run goes on: a line a step and, on a terminal, the time left."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from tarot.types import Tier

Advance = Callable[[int, str], None]


class Display:
    """Shows the stages of a run one below the other."""

    def __init__(self, console: Console | None = None) -> None:
        """Write to standard output unless told otherwise."""
        self.console = console or Console()

    def say(self, text: str) -> None:
        """Plain text, as it is."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Advance]:
        """Show a stage of `total` units; the yielded function takes the units done and a note."""
        if not self.console.is_terminal:
            self.say(f"{title} …")
            yield lambda done, note: self.say(f"{title}  {done}/{total}  {note}".rstrip())
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.console, redirect_stderr=False) as progress:
            task = progress.add_task(title, total=total)

            def advance(done: int, note: str) -> None:
                if note:
                    self.say(f"{title}  {done}/{total}  {note}")
                progress.update(task, completed=done)

            yield advance
            progress.update(task, completed=total)


class Warnings(logging.Handler):
    """Shows what a logger warns of, beside what else becomes of it."""

    def __init__(self, display: Display) -> None:
        """Show on `display`."""
        super().__init__(logging.WARNING)
        self._display = display

    def emit(self, record: logging.LogRecord) -> None:
        """Show one."""
        self._display.say(record.getMessage())

    @contextmanager
    def of(self, logger: logging.Logger) -> Iterator[None]:
        """Show those that come meanwhile."""
        logger.addHandler(self)
        try:
            yield
        finally:
            logger.removeHandler(self)


def step_note(metrics: Mapping[str, float], reward: float, phase: str) -> str:
    """The figures of a training step that are worth a glance."""
    rates = " ".join(f"{tier} {metrics[f'tier/{tier}/pass_rate']:.0%}" for tier in Tier)
    return f"reward {reward:.2f}  {rates}  phase {phase}"
