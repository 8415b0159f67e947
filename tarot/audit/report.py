"""An audit as tables to read."""

from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from tarot.audit.data_set import DataAudit
from tarot.audit.findings import Consequence, FindingKind, counts_of
from tarot.types import Tier

_NUM_LISTED = 20
_LISTED = (FindingKind.UNUSABLE, FindingKind.FAILING_REFERENCE)


def show(audit: DataAudit, lengths: Sequence[int] | str, was_executed: bool) -> RenderableType:
    """What there is, then what was found; `lengths` of prompts in tokens, or why there are none."""
    contents = Table("", Column(overflow="fold"), show_header=False, box=None)
    contents.add_row("rows", f"{audit.num_rows:,}, of which {len(audit.problems):,} are problems")
    contents.add_row("tests", _counts(audit.num_of_kind()))
    contents.add_row("problems with a tier", _counts(audit.num_problems()))
    contents.add_row("tests of a tier", _counts(_named(audit.num_tests())))
    contents.add_row("checker programs", f"{audit.num_with_checker():,} tests have one")
    contents.add_row("references", f"{audit.num_references():,}, {_outcome(audit, was_executed)}")
    contents.add_row("prompt tokens", _lengths(lengths))
    return Group(contents, "", findings_table(audit))


def findings_table(audit: DataAudit) -> RenderableType:
    """How many findings there are of each kind, what they do to a run, and where the first are.

    Bad rows are listed one by one, of other findings the first is named.
    """
    counts = counts_of(audit.findings)
    if not counts:
        return "nothing found"
    table = Table(
        "finding", Column("count", justify="right"), "consequence", Column("where", overflow="fold")
    )
    for kind, count in counts.items():
        table.add_row(kind, f"{count:,}", kind.consequence, Text(_examples(audit, kind)))
    return table


def _examples(audit: DataAudit, kind: FindingKind) -> str:
    found = [one for one in audit.findings if one.kind is kind]
    is_listed = kind.consequence is Consequence.STOPS or kind in _LISTED
    shown = found[: _NUM_LISTED if is_listed else 1]
    before = [None, *(one.detail for one in shown)]
    lines = [
        f"{one.place}: {'the same' if one.detail == last else one.detail}"
        for one, last in zip(shown, before, strict=False)
    ]
    if is_listed and len(found) > _NUM_LISTED:
        lines.append(f"and {len(found) - _NUM_LISTED:,} more; out=… keeps them all")
    return "\n".join(lines)


def _outcome(audit: DataAudit, was_executed: bool) -> str:
    if not was_executed:
        return "not run (execute=false)"
    failing = counts_of(audit.findings).get(FindingKind.FAILING_REFERENCE, 0)
    return f"{failing:,} refused by their own suites"


def _lengths(lengths: Sequence[int] | str) -> str:
    if isinstance(lengths, str):
        return lengths
    if len(lengths) < 2:
        return ", ".join(map(str, lengths)) or "no prompt"
    cuts = quantiles(lengths, n=100, method="inclusive")
    return f"median {cuts[49]:.0f}, 99% within {cuts[98]:.0f}, longest {max(lengths)}"


def _named(counts: dict[Tier | None, int]) -> dict[str, int]:
    return {tier or "without a tier": count for tier, count in counts.items()}


def _counts(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "none"
