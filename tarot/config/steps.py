"""Which checkpoint of a run is meant."""

from typing import Annotated, Literal

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError


def _checked(step: object) -> object:
    """One fault for all that it is not, in place of one for each kind that it may be."""
    if step in (None, "best") or (type(step) is int and step > 0):
        return step
    raise PydanticCustomError("step", "should be the number of a step, best, or null")


Step = Annotated[int | Literal["best"] | None, PlainValidator(_checked)]
"""The number of a step, or the best of those that were evaluated; None where none is named."""
