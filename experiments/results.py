"""Reading the results that a study left."""

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from tarot.runs import read_json
from tarot.types import UserError

T = TypeVar("T")

FILE = "results.json"


def results_in(folder: Path, adapter: TypeAdapter[T]) -> T:
    """What `results.json` in a folder holds; UserError if that is no results of this kind."""
    try:
        return adapter.validate_python(read_json(folder / FILE))
    except ValidationError as error:
        raise UserError(f"{folder / FILE}: no results of the study; run it again") from error
