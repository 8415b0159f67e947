"""What a study leaves: its results as JSON, its table, and the configs of its runs."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from experiments.runs import write_configs
from tarot.runs import RunDirectory, read_json, write_atomically, write_json
from tarot.types import UserError

FILE = "results.json"
TABLE = "table.md"


class Saved:
    """A dataclass of results that is kept as `results.json` in a folder."""

    __slots__ = ()

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What a study left in a folder; UserError if that is no results of this kind."""
        try:
            return TypeAdapter(cls).validate_python(read_json(folder / FILE))
        except ValidationError as error:
            raise UserError(f"{folder / FILE}: no results of the study; run it again") from error

    def to_json(self) -> dict[str, Any]:
        """A plain dict."""
        plain: dict[str, Any] = TypeAdapter(type(self)).dump_python(self, mode="json")
        return plain


def write_study(results: Saved, table: str, runs: Mapping[str, RunDirectory], folder: Path) -> None:
    """Write what a whole study has shown, with the configs of its runs by name."""
    folder.mkdir(parents=True, exist_ok=True)
    write_configs(runs, folder / "configs")
    write_json(folder / FILE, results.to_json())
    write_table(table, folder)


def write_table(table: str, folder: Path) -> None:
    """Write and print `table.md`."""
    write_atomically(folder / TABLE, table.encode())
    sys.stdout.write(table)
