"""Reading rows: from JSON lines that anyone can bring, and from the corpus in this package."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tarot.config.validation import faults_of, message_of, suggestion
from tarot.conformance.rows import LAYERS_OF_NEED, Row
from tarot.data.lines import jsonl_rows
from tarot.types import UserError, Verdict


def _layers(value: object) -> object:
    names = [name for name in value.split("|") if name] if isinstance(value, str) else value
    for name in names if isinstance(names, list) else ():
        if name not in LAYERS_OF_NEED:
            raise ValueError(f"no layer {name!r}" + suggestion(str(name), list(LAYERS_OF_NEED)))
    return names


class _JsonRow(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    code: str
    expected_stdout: str
    stdin: str = ""
    verdict: Verdict | None = None
    alt: tuple[Verdict, ...] = ()
    why: str = ""
    needs: Annotated[tuple[str, ...], BeforeValidator(_layers)] = ()

    def row(self, before: str | None = None) -> Row:
        verdicts = (self.verdict, *self.alt) if self.verdict else ()
        return Row(
            name=self.name,
            code=self.code,
            expected=self.expected_stdout,
            stdin=self.stdin,
            verdicts=verdicts,
            why=self.why,
            needs=self.needs,
            before=before,
        )


class _CorpusRow(_JsonRow):
    verdict: Verdict
    why: str = Field(min_length=1)
    before: str | None = None


R = TypeVar("R", bound=_JsonRow)


def read_rows(path: Path) -> list[Row]:
    """The rows of a .jsonl file; raises UserError that names file and line."""
    if not path.is_file():
        raise UserError(f"file: {path}: no such file; name a .jsonl file")
    rows = [_parse(_JsonRow, content, place).row() for place, content in jsonl_rows(path)]
    if not rows:
        raise UserError(f"file: {path}: the file is empty; it needs at least one row")
    return rows


def corpus() -> list[Row]:
    """Every row of the package's own corpus, by file and then in order."""
    return list(_corpus_rows())


def _corpus_rows() -> Iterator[Row]:
    folder = files("tarot.conformance") / "corpus"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            for number, content in enumerate(yaml.safe_load(file.read_text("utf-8")), start=1):
                row = _parse(_CorpusRow, content, f"{file.name}: row {number}")
                yield row.row(row.before)


def _parse(schema: type[R], content: object, place: str) -> R:
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        fault = faults_of(error)[0]
        column = ".".join(str(part) for part in fault["loc"])
        text = {
            "missing": "missing; every row needs it",
            "extra_forbidden": "no such column" + suggestion(column, list(schema.model_fields)),
            "model_type": "not a JSON object; a row is one object with its columns as keys",
            "value_error": fault["msg"].removeprefix("Value error, "),
        }.get(fault["type"]) or message_of(fault)
        raise UserError(f"{place}: {column}: {text}" if column else f"{place}: {text}") from None
