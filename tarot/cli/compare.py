"""`tarot compare`: two sides of runs, with intervals, and the settings in which they differ."""

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from tarot.cli.composition import compose
from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.config.comparison import CompareConfig, as_list
from tarot.config.validation import parse
from tarot.evaluation.comparison import Comparison, compare
from tarot.evaluation.comparison_tables import (
    FIELDS,
    HEADINGS,
    figure_rows,
    remarks,
    setting_differences,
    side_line,
    to_plain,
    to_records,
)
from tarot.evaluation.sides import read_side
from tarot.runs import write_atomically, write_json
from tarot.runs.exits import Exit
from tarot.runs.files import to_csv
from tarot.types import UserError

_SHORT = "benchmark="
_FULL = "benchmarks="
_KINDS = (".json", ".csv")
_NUM_WORDS = 2
_LONGEST = 60


def run(arguments: Sequence[str]) -> int:
    """Compare what the arguments name."""
    for job in compose("compare", in_full(arguments)):
        _compare(parse(CompareConfig, job.config))
    return Exit.OK


def in_full(arguments: Sequence[str]) -> list[str]:
    """The arguments with what `benchmark=` is short for; alone it would be an option of a group."""
    return [
        argument.replace(_SHORT, _FULL, 1) if argument.startswith(_SHORT) else argument
        for argument in arguments
    ]


def _compare(config: CompareConfig) -> None:
    check_output("out", config.out)
    if config.out is not None and Path(config.out).suffix not in _KINDS:
        raise UserError(f"out: {config.out}: neither .json nor .csv; name one of them")
    benchmarks = as_list(config.benchmarks)
    if config.a is None and benchmarks:
        raise UserError("a: missing; a benchmark's scores are of trained runs, so name others")
    late = read_side("b", as_list(config.b), benchmarks)
    if config.a is None:
        early = read_side("a", as_list(config.b), (), when="before")
    else:
        early = read_side("a", as_list(config.a), benchmarks)
    comparison = compare(early, late, benchmarks)
    _show(comparison, is_before=config.a is None)
    if config.out is not None:
        _write(comparison, Path(config.out))


def _show(comparison: Comparison, *, is_before: bool) -> None:
    console = screen()
    table = Table(title="b less a, in percentage points", title_justify="left")
    rows = list(figure_rows(comparison))
    has_p = any(figure.difference.p is not None for figure in comparison.figures)
    headings = HEADINGS if has_p else HEADINGS[:-2]
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number < _NUM_WORDS else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row[: len(headings)]))
    console.print(table)
    lines = [side_line(comparison.a), side_line(comparison.b)]
    if is_before:
        lines[0] += ", before training"
    for text in (*lines, *remarks(comparison)):
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    if not is_before:
        console.print(_settings(comparison))


def _settings(comparison: Comparison) -> Table | str:
    rows = setting_differences(comparison)
    if not rows:
        return "The sides have the same settings, seeds apart."
    table = Table("setting", "a", "b", title="settings, seeds apart", title_justify="left")
    for row in rows:
        table.add_row(*(escape(_cut(cell)) for cell in row))
    return table


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _write(comparison: Comparison, path: Path) -> None:
    if path.suffix == ".csv":
        write_atomically(path, to_csv(FIELDS, to_records(comparison)).encode())
    else:
        write_json(path, to_plain(comparison))
