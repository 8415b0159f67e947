"""What a finished run says of problems that it was not trained on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pydantic import TypeAdapter, ValidationError

from tarot.capability import SUITE
from tarot.metrics import Change
from tarot.report.intervals import Bar, draw_bars, in_words
from tarot.runs import RunDirectory, read_json
from tarot.types import Tier, UserError

_TITLES = {
    "test": "new problems of the families trained on",
    "dev": "problems to tune on, of the families trained on",
    "unseen": "problems of families never trained on",
}
HEAD = ("before", "after", "difference", "problems")


@dataclass(frozen=True, slots=True)
class HeldOutTable:
    """One split: what it is, a row for each thing that was measured, and the same drawn."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    picture: Markup


Changes = Mapping[str, Mapping[str, Change]]
_CHANGES = TypeAdapter(dict[str, dict[str, Change]])


def read_changes(run: RunDirectory) -> Changes:
    """The changes by split and tier, `suite` for all of a problem's; none of an unfinished run.

    UserError for a summary that holds something else.
    """
    if not run.summary_path.exists():
        return {}
    plain: Any = read_json(run.summary_path).get("splits", {})
    try:
        changes = _CHANGES.validate_python(plain)
    except ValidationError as error:
        raise UserError(
            f"{run.summary_path}: not what training writes; start the run again elsewhere with "
            "`tarot reproduce`"
        ) from error
    order = [*Tier, SUITE]
    return {
        split: {name: by_tier[name] for name in order if name in by_tier}
        for split, by_tier in changes.items()
    }


def held_out_tables(changes: Changes) -> Iterator[HeldOutTable]:
    """A table for every split that was measured."""
    for split, by_tier in changes.items():
        yield change_table(split, f"{split}: {_TITLES.get(split, split)}", by_tier)


def change_table(name: str, title: str, changes: Mapping[str, Change]) -> HeldOutTable:
    """Changes of some things by their names; `name` tells the picture from others of a page."""
    rows = tuple(
        (
            label,
            in_words(one.before),
            in_words(one.after),
            in_words(one.difference, is_signed=True),
            str(one.difference.num_clusters),
        )
        for label, one in changes.items()
    )
    bars = [
        Bar(label, kind, estimate)
        for label, one in changes.items()
        for kind, estimate in (("before", one.before), ("after", one.after))
    ]
    return HeldOutTable(title, rows, draw_bars(f"held-out-{name}", bars))
