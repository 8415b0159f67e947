"""`tarot audit`: how good the suites of a data set are, by running them."""

import importlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from tarot.audit.benchmarks import index_of
from tarot.audit.data_set import audit_entries
from tarot.audit.findings import Consequence, FindingKind
from tarot.audit.measured import Ledger
from tarot.audit.page import page_of
from tarot.audit.suite_audit import SuiteAudit, audit_suites, kinds_of
from tarot.audit.suite_tables import show_suites
from tarot.cli.auditing import effort_of, measure
from tarot.cli.composition import compose
from tarot.cli.outputs import check_folder
from tarot.cli.screen import screen
from tarot.cli.sources import sources_in_full
from tarot.config.targets import build, check_target
from tarot.config.trials import AuditConfig
from tarot.config.validation import parse
from tarot.data import DataSource, JsonlSource
from tarot.data.entries import Entry, read_entries
from tarot.data.lazy import heavy
from tarot.runs import write_atomically, write_json
from tarot.runs.exits import Exit
from tarot.runs.lock import exclusive
from tarot.types import Sandbox

RESULTS, CLEAN, DROPPED = "results.jsonl", "clean.jsonl", "dropped.jsonl"
_BAD = (FindingKind.FAILING_REFERENCE, FindingKind.UNJUDGED)


def run(arguments: Sequence[str]) -> int:
    """Audit every data set that the arguments name; the exit code is that of the worst."""
    jobs = compose("audit", sources_in_full(arguments))
    return max([_audit(parse(AuditConfig, job.config)) for job in jobs], default=Exit.OK)


def _audit(config: AuditConfig) -> Exit:
    check_target("data", config.data)
    check_target("sandbox", config.sandbox)
    check_folder("out", config.out)
    kinds_of(config.drop)
    source: DataSource = build("data", config.data)
    if not isinstance(source, JsonlSource):  # whose check would end at the first fault of a row
        source.check()
    if config.out is None:
        return _audit_into(source, config, None)
    heavy("matplotlib")
    folder = Path(config.out)
    folder.mkdir(exist_ok=True)
    with exclusive(folder / "lock"):
        return _audit_into(source, config, folder)


def _audit_into(source: DataSource, config: AuditConfig, folder: Path | None) -> Exit:
    errors = Console(stderr=True)
    with errors.status("reading") if errors.is_terminal else nullcontext():
        entries = read_entries(source, keep_rows=folder is not None)
        data = audit_entries(entries, index_of(config.benchmarks))
    ledger = Ledger.open(folder and folder / RESULTS)
    effort = effort_of(config, config.grading, config.seed)
    sandbox: Sandbox = build("sandbox", config.sandbox)
    try:
        measure([one.problem for one in data.problems], sandbox, effort, ledger, errors)
    finally:
        sandbox.close()
    audit = audit_suites(
        _name(config.data), data, ledger, effort, config.min_time_margin, kinds_of(config.drop)
    )
    console = screen()
    console.print(show_suites(audit), highlight=False, markup=False, soft_wrap=True)
    if folder is not None:
        _write(audit, entries, folder)
        console.print(f"written to {folder}", highlight=False, markup=False)
    is_bad = any(
        one.kind.consequence is Consequence.STOPS or one.kind in _BAD for one in data.findings
    )
    return Exit.FAILED if is_bad or not data.problems else Exit.OK


def _write(audit: SuiteAudit, entries: Sequence[Entry], folder: Path) -> None:
    plots = importlib.import_module("tarot.audit.plots")
    svg_of = importlib.import_module("tarot.runs.figures").svg_of
    dropped = {one.place for one in audit.dropped}
    kept = (one.row for one in entries if one.place not in dropped)
    findings = sorted(audit.data.findings, key=lambda one: list(FindingKind).index(one.kind))
    write_json(folder / "audit.json", audit.to_plain())
    _write_lines(folder / "findings.jsonl", map(asdict, findings))
    _write_lines(folder / CLEAN, kept)
    _write_lines(folder / DROPPED, map(asdict, audit.dropped))
    write_atomically(
        folder / "audit.html", page_of(audit, svg_of(plots.draw(audit))).encode("utf-8", "replace")
    )


def _write_lines(path: Path, values: Iterable[Any]) -> None:
    """One JSON value a line; what JSON lacks, such as a date of parquet, becomes a text."""
    write_atomically(path, "".join(_lines(values)).encode())


def _lines(values: Iterable[Any]) -> Iterator[str]:
    return (f"{json.dumps(value, default=str)}\n" for value in values)


def _name(node: dict[str, Any]) -> str:
    return str(node.get("path") or node.get("id") or node["_target_"].rpartition(".")[2])
