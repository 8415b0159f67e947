"""What is known of a published table: `published.yaml`, by how it is known.

`seen` was read in the paper, its repository or its data, and is printed as published. `told` comes
from readers of the paper and was checked by nobody here: it is printed as hearsay or not at all. No
figure of either kind enters a table beside measured ones.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from experiments.paper.document import Section
from experiments.stated import read_stated
from tarot.config.strict import Strict

FILE = "published.yaml"

_NO_RESULTS = "No result of this table could be read in the paper or its repository."


class Known(Strict):
    """One thing that is known: what, its value as printed where it is a figure, and from where."""

    kind: Literal["result", "setting"]
    what: str
    value: str | None = None
    source: str


class Published(Strict):
    """What is known of one table."""

    seen: list[Known]
    told: list[Known]


def read_published(folder: Path) -> Published:
    """What a table's folder says; UserError that names the key which is wrong."""
    return read_stated(Published, folder / FILE)


def published_sections(published: Published) -> list[Section]:
    """What was seen and what was told, apart."""
    has_results = any(one.kind == "result" for one in published.seen)
    sections = [_section("Published", published.seen, [] if has_results else [_NO_RESULTS])]
    if published.told:
        title = "Told by readers of the paper, second-hand and checked by nobody here"
        sections.append(_section(title, published.told))
    return sections


def _section(title: str, known: Sequence[Known], more: Sequence[str] = ()) -> Section:
    lines = [
        f"{one.what}{'' if one.value is None else f': {one.value}'} ({one.source})" for one in known
    ]
    return Section(title, (), (), 0, [*lines, *more])
