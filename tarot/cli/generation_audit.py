"""The audit of a data set that has just been generated, for its card."""

from pathlib import Path

from rich.console import Console

from tarot.audit.data_set import audit_entries
from tarot.audit.findings import FindingKind, counts_of
from tarot.audit.measured import Ledger
from tarot.audit.overlap import OverlapIndex
from tarot.audit.suite_audit import SuiteAudit, audit_suites
from tarot.audit.suite_rows import kills_line, tier_names, tier_rows
from tarot.cli.auditing import effort_of, measure
from tarot.config.generation import GenerateConfig
from tarot.data import JsonlSource
from tarot.data.entries import read_entries
from tarot.generation.card import CardAudit
from tarot.generation.folder import GenerationFolder
from tarot.generation.trials import SandboxOutage
from tarot.runs import write_json
from tarot.types import Sandbox


def audited(
    config: GenerateConfig, folder: GenerationFolder, problems: Path, sandbox: Sandbox
) -> CardAudit | None:
    """Measure what is not measured yet, and write all figures.

    None where the config asks for no audit, or there is no problem. Raises SandboxOutage where one
    could not be judged; what was measured is kept.
    """
    if config.audit is None:
        return None
    entries = read_entries(JsonlSource(str(problems)))
    data = audit_entries(entries, OverlapIndex())
    if not data.problems:
        return None
    effort = effort_of(config.audit, config.grading, config.seed)
    ledger = Ledger.open(folder.audited_path)
    measure([one.problem for one in data.problems], sandbox, effort, ledger, Console(stderr=True))
    margin = config.audit.min_time_margin
    audit = audit_suites(problems.name, data, ledger, effort, margin, ())
    num_lost = counts_of(data.findings).get(FindingKind.UNJUDGED, 0)
    if num_lost:
        raise SandboxOutage(f"sandbox: the suites of {num_lost} problems could not be audited")
    write_json(folder.audit_path, audit.to_plain())
    return _for_card(audit, folder.audit_path.name)


def _for_card(audit: SuiteAudit, file: str) -> CardAudit:
    """Without the times, which no two runs share: the card follows from the answers alone."""
    counts = counts_of(audit.data.findings)
    counts.pop(FindingKind.NEAR_LIMIT, None)
    found = "\n".join(f"- {kind}: {count}" for kind, count in counts.items())
    lines = [
        f"Each reference ran {audit.effort.runs} times on each test, and up to "
        f"{audit.effort.mutants} small changes of it (mutants) once; {kills_line(audit.suites)}. "
        "A mutant that does what the reference does can't be killed, and is counted all the same. "
        f"Times are in `{file}`.",
        f"Findings:\n\n{found}" if found else "Nothing was found.",
    ]
    rows = [(row.name, *row.cells) for row in tier_rows(audit, with_times=False)]
    return CardAudit("\n\n".join(lines), tier_names(audit), rows)
