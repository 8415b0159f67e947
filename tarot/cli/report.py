"""`tarot report`: a page on a run or a sweep, and how each run of a sweep stands."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from tarot.cli.composition import compose
from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.cli.sweeping import show_sweep
from tarot.config.reporting import ReportConfig
from tarot.config.targets import check_target
from tarot.config.validation import parse
from tarot.data.lazy import heavy
from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.runs.sweep import SweepDirectory
from tarot.types import UserError

_SHORT = "sweep="
_FULL = "sweep.directory="


def run(arguments: Sequence[str]) -> int:
    """Report on every run or sweep that the arguments name."""
    jobs = [parse(ReportConfig, job.config) for job in compose("report", in_full(arguments))]
    for job in jobs:
        _check(job)
    for job in jobs:
        _report(job)
    return Exit.OK


def in_full(arguments: Sequence[str]) -> list[str]:
    """The arguments with what `sweep=` is short for; alone it would be an option of a group."""
    return [
        argument.replace(_SHORT, _FULL, 1) if argument.startswith(_SHORT) else argument
        for argument in arguments
    ]


def _check(config: ReportConfig) -> None:
    named = [one for one in (config.run, config.sweep.directory) if one is not None]
    if len(named) != 1:
        raise UserError("run, sweep: give one of them, run=DIR or sweep=DIR")
    if config.run is not None and not config.page:
        raise UserError("page: a report on a run is its page; leave page=false out")
    check_target("sandbox", config.sandbox)
    check_output("out", config.out)


def _report(config: ReportConfig) -> None:
    """The table of a sweep comes first, since it is there at once."""
    if config.run is not None:
        directory = RunDirectory.open(Path(config.run))
        _say(_pages().write_run_page(directory, config))
        return
    sweep = SweepDirectory.open(Path(str(config.sweep.directory)))
    show_sweep(sweep, screen())
    if config.page:
        _say(_pages().write_sweep_page(sweep, config))


def _pages() -> ModuleType:
    """Imported late: tables of runs need neither arrays nor figures."""
    heavy("matplotlib")
    return importlib.import_module("tarot.cli.report_pages")


def _say(text: str) -> None:
    screen().print(text, highlight=False, markup=False, soft_wrap=True)
