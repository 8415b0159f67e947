"""`tarot bench`: the local sandbox beside the ways that it replaces, on this machine."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tarot.bench.measurement import measure
from tarot.bench.tables import show
from tarot.cli.composition import compose
from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.config.schema import BenchConfig
from tarot.config.validation import parse
from tarot.runs import write_json
from tarot.runs.exits import Exit

_SUBJECT = "sandbox"


def run(arguments: Sequence[str]) -> int:
    """Measure, show the tables, and write the figures where `out` says, those of each stage."""
    rest = arguments[1:] if arguments[:1] == [_SUBJECT] else arguments
    for config in [parse(BenchConfig, job.config) for job in compose("bench", rest)]:
        _bench(config)
    return Exit.OK


def _bench(config: BenchConfig) -> None:
    check_output("out", config.out)
    report = None
    with Console(stderr=True).status("starting") as status:
        for report in measure(config, lambda stage: status.update(f"measuring {stage}")):
            if config.out:
                write_json(Path(config.out), report.to_plain())
    if report is not None:
        screen().print(show(report))
