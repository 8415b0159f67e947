"""`tarot conformance`: the suite that every sandbox must pass, on the configured one."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tarot.cli.composition import compose
from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.config.targets import build, check_target, target_of
from tarot.config.trials import ConformanceConfig
from tarot.config.validation import parse
from tarot.conformance.harness import examine
from tarot.conformance.reading import corpus, read_rows
from tarot.conformance.report import summary, table, to_json
from tarot.runs import write_atomically
from tarot.runs.exits import Exit
from tarot.types import Limits, UserError


def run(arguments: Sequence[str]) -> int:
    """Try every sandbox that the arguments name; anything missed fails."""
    jobs = [parse(ConformanceConfig, job.config) for job in compose("conformance", arguments)]
    return max([_try(job) for job in jobs], default=Exit.OK)


def _try(config: ConformanceConfig) -> Exit:
    check_target("sandbox", config.sandbox)
    check_output("out", config.out)
    if config.remove_orphans:
        return _remove_orphans(config)
    rows = corpus() if config.file is None else read_rows(Path(config.file))
    sandbox = build("sandbox", config.sandbox)
    try:
        findings = examine(sandbox, rows, Limits(**config.limits.model_dump()))
    finally:
        sandbox.close()
    screen().print(table(findings))
    if config.out is not None:
        write_atomically(Path(config.out), f"{to_json(findings)}\n".encode())
    sys.stderr.write(f"{summary(findings)}\n")
    return Exit.FAILED if any(finding.is_met is False for finding in findings) else Exit.OK


def _remove_orphans(config: ConformanceConfig) -> Exit:
    """End what earlier processes left running, for a sandbox whose class can find it."""
    remove = getattr(target_of("sandbox", config.sandbox), "remove_orphans", None)
    if remove is None:
        raise UserError("remove_orphans: this sandbox leaves none; it is for sandbox=e2b")
    sys.stderr.write(f"{remove()}\n")
    return Exit.OK
