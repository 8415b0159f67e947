"""`tarot bench what=hosted`: a hosted sandbox beside one on this machine."""

from pathlib import Path

from rich.console import Console

from tarot.bench.hosted import measure_hosted
from tarot.bench.hosted_report import show_hosted
from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.config.benches import BenchHostedConfig
from tarot.config.targets import check_target
from tarot.runs import write_json


def bench_hosted(config: BenchHostedConfig) -> None:
    """Measure both and show them; `out` is written after each."""
    check_output("out", config.out)
    check_target("sandbox", config.sandbox)
    check_target("beside", config.beside)
    report = None
    with Console(stderr=True).status("starting") as status:
        for report in measure_hosted(config, lambda name: status.update(f"measuring {name}")):
            if config.out:
                write_json(Path(config.out), report.to_plain())
    if report is not None:
        screen().print(show_hosted(report))
