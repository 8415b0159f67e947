"""The known shapes of rows, told apart by their columns."""

from collections.abc import Mapping

from pydantic import AliasChoices

from tarot.data.rows.apps import AppsRow
from tarot.data.rows.humaneval import HumanEvalRow
from tarot.data.rows.livecodebench import LiveCodeBenchRow
from tarot.data.rows.mbpp import MbppRow
from tarot.data.rows.own import OwnRow
from tarot.data.rows.published import PublishedRow

Shape = (
    type[OwnRow]
    | type[PublishedRow]
    | type[HumanEvalRow]
    | type[MbppRow]
    | type[LiveCodeBenchRow]
    | type[AppsRow]
)
OTHERS: tuple[tuple[frozenset[str], Shape], ...] = (
    (frozenset({"verification_info"}), PublishedRow),
    (frozenset({"entry_point", "test"}), HumanEvalRow),
    (frozenset({"test_list"}), MbppRow),
    (frozenset({"question_content"}), LiveCodeBenchRow),
    (frozenset({"question", "input_output"}), AppsRow),
)
"""All but our own, by the columns that tell."""


def shape_of(row: Mapping[str, object]) -> Shape:
    """The shape whose columns a row has, which is our own where it has no other's."""
    return next((shape for columns, shape in OTHERS if columns <= row.keys()), OwnRow)


def columns_of(shape: Shape) -> frozenset[str]:
    """The columns that a shape reads, under each name that it knows."""
    names: set[str] = set()
    for name, field in shape.model_fields.items():
        match field.validation_alias or field.alias:
            case AliasChoices(choices=choices):
                names.update(map(str, choices))
            case alias:
                names.add(str(alias or name))
    return frozenset(names)
