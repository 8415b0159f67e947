"""`tarot explain`: what takes the signal away from a run whose reward stays flat."""

from collections.abc import Sequence
from pathlib import Path

from tarot.cli.composition import compose
from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.config.explaining import ExplainConfig
from tarot.config.validation import parse
from tarot.explain.explanation import explain
from tarot.explain.report import to_plain, to_screen
from tarot.runs import RunDirectory, write_json
from tarot.runs.exits import Exit


def run(arguments: Sequence[str]) -> int:
    """Explain every run that the arguments name."""
    configs = [parse(ExplainConfig, job.config) for job in compose("explain", arguments)]
    for config in configs:
        check_output("out", config.out)
    for config in configs:
        explanation = explain(RunDirectory.open(Path(config.run)))
        screen().print(to_screen(explanation), highlight=False, soft_wrap=True)
        if config.out is not None:
            write_json(Path(config.out), to_plain(explanation))
    return Exit.OK
