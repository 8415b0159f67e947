"""What the commands of the tables share: folders and settings in, three formats out."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.command import run_command, settings
from experiments.paper.document import Document
from experiments.paper.reading import read_entries
from experiments.paper.records import to_csv
from experiments.paper.settings import AXES, Setting
from experiments.paper.spec import Spec
from experiments.paper.table import build_table
from tarot.config.strict import Strict
from tarot.runs import write_atomically
from tarot.types import UserError

MARKDOWN, LATEX, CSV = "table.md", "table.tex", "table.csv"

_ARGUMENTS = """\
RUNS are run directories, sweeps, and folders of untuned models' evaluations, in any order; a run
that is not there leaves a hole. Without `out` the files go to the folder of this table.
"""


class TableSettings(Strict):
    """`out` is a folder; the others say which runs are meant, null for the paper's setting."""

    out: str | None = None
    beta: float | None = None
    temperature: float | None = None
    epochs: float | None = None


def table_command(spec: Spec, text: str | None) -> int:
    """Make a table on the arguments of this process; `text` says how to `--help`."""
    return run_command(lambda arguments: run_table(spec, arguments), f"{text}\n{_ARGUMENTS}")


def run_table(spec: Spec, arguments: Sequence[str]) -> int:
    """Write a table of the runs in the folders that stand among the arguments."""
    folders, others = split_arguments(arguments)
    given = settings(TableSettings, others)
    table = build_table(read_entries(folders), spec, base_of(given))
    write_files(
        table.document, {CSV: to_csv(table.grid, spec.axis)}, Path(given.out or spec.folder)
    )
    return 0


def base_of(given: TableSettings) -> Setting:
    """The setting of the runs that are meant: the arguments' where they give one."""
    own = {name: value for name in AXES if (value := getattr(given, name)) is not None}
    return Setting(**own)


def split_arguments(arguments: Sequence[str]) -> tuple[list[Path], list[str]]:
    """The folders, and what else is given, as key=value."""
    others = [one for one in arguments if "=" in one or one.startswith("-")]
    return [Path(one) for one in arguments if one not in others], others


def write_files(document: Document, more: Mapping[str, str], folder: Path) -> None:
    """Write a document in its formats and further files by name, and say where they are."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"out: {folder}: {error.strerror}; name another folder") from error
    texts = {MARKDOWN: document.to_markdown(), LATEX: document.to_latex(), **more}
    for name, text in texts.items():
        write_atomically(folder / name, text.encode())
        sys.stdout.write(f"{folder / name}\n")
