"""`tarot bench`: the local sandbox against `python -c`, on this machine."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tarot.cli.composition import compose
from tarot.cli.exits import Exit
from tarot.config.schema import BenchConfig
from tarot.config.validation import parse
from tarot.runs import write_atomically
from tarot.sandbox.bench import run_bench


def run(arguments: Sequence[str]) -> int:
    """Measure, show the table, and write the figures where `output` says."""
    for job in compose("bench", arguments):
        config = parse(BenchConfig, job.config)
        bench = run_bench(config.num_runs, config.num_baseline_runs, config.cores)
        Console().print(bench.table())
        if config.output:
            write_atomically(Path(config.output), bench.to_json().encode() + b"\n")
    return Exit.OK
