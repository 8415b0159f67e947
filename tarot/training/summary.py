"""What a run has shown: pass rates before and after, and the paired difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from rich.table import Table

from tarot.capability import Outcomes, ProblemOutcomes, figure_scores
from tarot.data import Split
from tarot.metrics import Change, clustered_mean, paired_difference
from tarot.training.display import Display


@dataclass(frozen=True, slots=True)
class Summary:
    """Changes of pass rates by split and by tier, `suite` standing for all tiers of a problem."""

    splits: Mapping[str, Mapping[str, Change]]

    def to_json(self) -> dict[str, Any]:
        """A plain dict for `summary.json`."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain


_ADAPTER = TypeAdapter(Summary)


def summarize(before: Outcomes, after: Outcomes) -> Summary:
    """The changes on every split that was measured."""
    return Summary({split: _changes(before[split], after[split]) for split in before})


def _changes(
    before: Sequence[ProblemOutcomes], after: Sequence[ProblemOutcomes]
) -> dict[str, Change]:
    figures = figure_scores(after)
    pairs = {name: (early, figures[name]) for name, early in figure_scores(before).items()}
    return {
        name: Change(clustered_mean(early), clustered_mean(late), paired_difference(early, late))
        for name, (early, late) in pairs.items()
        if any(early[problem] and late[problem] for problem in early)
    }


def show_summary(summary: Summary, directory: Path, display: Display) -> None:
    """Print the changes as a table, and where the run is."""
    titles = {
        Split.TEST: "new problems, trained families",
        Split.DEV: "problems to tune on, trained families",
        Split.UNSEEN: "families never seen",
    }
    for split, changes in summary.splits.items():
        table = Table(title=titles.get(Split(split), split), title_justify="left")
        for heading in ("tier", "before", "after", "difference", "95% interval"):
            table.add_column(heading, justify="left" if heading == "tier" else "right")
        for name, change in changes.items():
            difference = change.difference
            table.add_row(
                name,
                f"{change.before.mean:.1%}",
                f"{change.after.mean:.1%}",
                f"{difference.mean:+.1%}",
                f"[{difference.low:+.1%}, {difference.high:+.1%}]",
            )
        display.console.print(table)
    display.say(f"run directory: {directory}")
