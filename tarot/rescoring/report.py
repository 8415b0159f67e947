"""Re-scored policies for people, as a table in the terminal and in markdown, and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

from rich.markup import escape
from rich.table import Table

from tarot.rescoring.rescore import Rescored
from tarot.rescoring.summary import PolicySummary

HEADINGS = (
    "policy",
    "reward",
    "start",
    "middle",
    "end",
    "groups without variance",
    "rank correlation",
)
LEGEND = (
    "Reward: the mean over all rewarded completions, and over the first, the middle and the last "
    "third of the steps. Groups without variance: the share whose rewards are all equal, which "
    "teach nothing. Rank correlation: Spearman's, of the advantages inside the groups with those "
    "of the run."
)


def title_of(run: str) -> str:
    """What the figures are, and what they are not."""
    return (
        f"What the completions of {run} would have earned under each policy; "
        "not what training under it would have produced"
    )


def to_table(run: str, rescored: Rescored) -> Table:
    """A row for each policy, the run's own first."""
    table = Table(title=escape(title_of(run)), title_justify="left")
    for heading in HEADINGS:
        is_name = heading == HEADINGS[0]
        table.add_column(heading, justify="left" if is_name else "right", no_wrap=is_name)
    for row in _rows(rescored):
        table.add_row(*map(escape, row))
    return table


def to_markdown(run: str, rescored: Rescored, notes: Sequence[str]) -> str:
    """The same as a document, with what the figures mean."""
    rules = [":--", *["--:"] * (len(HEADINGS) - 1)]
    lines = (f"| {' | '.join(cells)} |" for cells in (HEADINGS, rules, *_rows(rescored)))
    blocks = [f"# {title_of(run)}", "\n".join(lines), LEGEND, "\n".join(f"- {n}" for n in notes)]
    return "\n\n".join(blocks) + "\n"


def to_plain(run: str, rescored: Rescored, notes: Sequence[str]) -> dict[str, Any]:
    """All figures as plain data for JSON, null for what is not a number."""
    plain = {"title": title_of(run), "run": run, "notes": list(notes), **asdict(rescored)}
    return {key: _finite(value) for key, value in plain.items()}


def log_notes(rescored: Rescored) -> Iterable[str]:
    """How far the log bears the figures."""
    num_rewarded = rescored.original.num_rewarded
    num_left_out = rescored.num_rollouts - num_rewarded
    if num_left_out:
        yield f"{num_left_out} of {rescored.num_rollouts} completions were left out; they stay out"
    text = f"of {num_rewarded} logged rewards come back to the bit under the run's own weights"
    yield f"{rescored.num_reproduced} {text}"
    if rescored.num_reproduced < num_rewarded:
        yield "the run's reward depends on more than the log holds, so take the figures with care"


def _rows(rescored: Rescored) -> Iterable[tuple[str, ...]]:
    for summary in (rescored.original, *rescored.policies):
        yield (summary.policy, *_cells(summary))


def _cells(summary: PolicySummary) -> Iterable[str]:
    for mean in (summary.reward, summary.start, summary.middle, summary.end):
        yield "-" if isnan(mean) else f"{mean:.3f}"
    yield f"{summary.zero_variance:.1%}"
    correlation = summary.rank_correlation
    yield "-" if isnan(correlation) else f"{correlation:.3f}"


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and isnan(value) else value
