"""`tarot report`: how each run of a sweep stands, from its files alone."""

from collections.abc import Sequence
from pathlib import Path

from tarot.cli.composition import compose
from tarot.cli.screen import screen
from tarot.cli.sweeping import show_sweep
from tarot.config.schema import ReportConfig
from tarot.config.validation import parse
from tarot.runs.exits import Exit
from tarot.runs.sweep import SweepDirectory

_SHORT = "sweep="
_FULL = "sweep.directory="


def run(arguments: Sequence[str]) -> int:
    """Show every sweep that the arguments name."""
    jobs = [parse(ReportConfig, job.config) for job in compose("report", in_full(arguments))]
    for sweep in [SweepDirectory.open(Path(job.sweep.directory)) for job in jobs]:
        show_sweep(sweep, screen())
    return Exit.OK


def in_full(arguments: Sequence[str]) -> list[str]:
    """The arguments with what `sweep=` is short for; alone it would be an option of a group."""
    return [
        argument.replace(_SHORT, _FULL, 1) if argument.startswith(_SHORT) else argument
        for argument in arguments
    ]
