"""Completions that a user brings: in files, in lines of a file, or on standard input."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tarot.data.lines import jsonl_rows
from tarot.types import UserError

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Brought:
    """A completion, where it stands, and the problem that it names, if it does."""

    place: str
    text: str
    problem: str | int | None = None


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    completion: str
    problem: str | int | None = None


def read_completions(files: Sequence[str]) -> list[Brought]:
    """All completions in order; raises UserError that names the file and the line."""
    brought = [one for file in files for one in _read(file)]
    if not brought:
        raise UserError(f"completion: {', '.join(files) or '[]'}: no completion in it")
    return brought


def _read(file: str) -> Iterator[Brought]:
    if file == STDIN:
        yield Brought("standard input", sys.stdin.read())
        return
    path = Path(file)
    if not path.is_file():
        raise UserError(
            f"completion: {file}: no such file; name one, or {STDIN} for standard input"
        )
    if path.suffix == ".jsonl":
        yield from _lines(path)
        return
    try:
        yield Brought(file, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise UserError(f"completion: {file}: no text: {error}") from None


def _lines(path: Path) -> Iterator[Brought]:
    for place, row in jsonl_rows(path):
        try:
            line = _Line.model_validate(row)
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(map(str, fault["loc"])) or "the line"
            raise UserError(f"completion: {place}: {where}: {fault['msg']}") from None
        yield Brought(place, line.completion, line.problem)
