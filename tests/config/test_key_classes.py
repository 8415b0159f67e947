"""Every key of a run has one class, and the documents have the table."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from tarot.config.key_classes import (
    ADDED,
    CLASSES,
    KeyClass,
    class_of,
    entry_of,
    is_hashed,
    is_mixed,
)
from tarot.config.schema import RunConfig
from tarot.config.trainer_fields import TABLE
from tests.documents import DOCS

FIELDS = [f"trainer.{name}" for name in json.loads(TABLE.read_text())]
NAME = re.compile(r"`([\w.]+)`")


def schema_keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted keys of a model and of the models in it, nodes included."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from schema_keys(kind, f"{prefix}{name}.")


KEYS = [key for key in schema_keys(RunConfig) if not is_mixed(key)]


def test_every_key_of_the_schema_and_every_field_of_the_trainer_has_a_class() -> None:
    assert [key for key in (*KEYS, *FIELDS) if entry_of(key) is None] == []


def test_the_fields_of_a_node_of_several_classes_are_named_or_all_of_the_class_above() -> None:
    """So that a field that is added to `hardware`, which has no class itself, can't be missed."""
    mixed = {key for key in schema_keys(RunConfig) if is_mixed(key)}
    assert mixed == {"model", "model.architecture", "hardware", "trainer", "schedule"}
    assert {key for key in mixed if entry_of(key)} == {"model", "model.architecture"}


def test_a_key_that_is_added_without_a_class_is_found_and_taken_for_identity() -> None:
    for key in ("hardware.of_tomorrow", "trainer.of_tomorrow", "of_tomorrow"):
        assert entry_of(key) is None
        assert class_of(key) is KeyClass.IDENTITY


def test_the_table_names_each_key_once_and_none_that_is_not_there() -> None:
    named = [key for key, _ in CLASSES]
    assert len(named) == len(set(named))
    assert set(named) <= {*schema_keys(RunConfig), *FIELDS}
    assert ADDED.keys() <= set(schema_keys(RunConfig))


def test_what_is_planned_of_the_extendable_keys_is_in_the_sha() -> None:
    hashed = {key for key, kind in CLASSES if kind is not KeyClass.IDENTITY and is_hashed(key)}
    assert hashed == {"trainer.max_steps", "trainer.num_train_epochs", "evaluation"}
    assert class_of("evaluation.samples") is KeyClass.EXTENDABLE


def rows_of_the_document() -> dict[str, tuple[set[str], Any]]:
    text = (DOCS / "changing-a-run.md").read_text().partition("## The table\n")[2]
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: (set(NAME.findall(row[1])), row[2]) for row in cells[1:]}


def test_the_document_has_the_table() -> None:
    rows = rows_of_the_document()
    assert list(rows) == list(KeyClass)
    for kind in KeyClass:
        named = {key for key, one in CLASSES if one is kind}
        keys, fields = rows[kind]
        assert keys == {key for key in named if not key.startswith("trainer.")}
        if kind is KeyClass.IDENTITY:
            assert fields == "all others"
        else:
            assert {f"trainer.{name}" for name in NAME.findall(fields)} == named - keys
