"""Findings for people and for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from tarot.conformance.harness import Finding

_MARKS = {True: ("met", "green"), False: ("MISSED", "bold red"), None: ("-", "dim")}


def table(findings: Sequence[Finding]) -> Table:
    """A row for each finding; what programs said is shown as it is, without markup."""
    table = Table("", "name", "attempt", "wanted", "found", "what happened", title="Conformance")
    for finding in findings:
        mark, style = _MARKS[finding.is_met]
        texts = (finding.name, finding.attempt, finding.wanted, finding.found, finding.details)
        table.add_row(Text(mark, style=style), *(Text(text) for text in texts))
    return table


def to_json(findings: Sequence[Finding]) -> str:
    """All findings as a JSON list."""
    return json.dumps([asdict(finding) for finding in findings], indent=2, sort_keys=True)


def summary(findings: Sequence[Finding]) -> str:
    """How many were met, missed and not tried, and the names of those missed."""
    missed = [finding.name for finding in findings if finding.is_met is False]
    num_met = sum(finding.is_met is True for finding in findings)
    num_left = sum(finding.is_met is None for finding in findings)
    text = f"{num_met} met, {len(missed)} missed, {num_left} not tried"
    return f"{text}: {', '.join(missed)} missed" if missed else text
