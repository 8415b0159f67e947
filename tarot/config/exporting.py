"""The resolved config of `tarot export`."""

from typing import Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from tarot.config.strict import Strict


class ExportConfig(Strict):
    """A checkpoint of a run, None for the last, and the folder that it becomes.

    `dtype` is the number format of the weights, None for the one in which the run holds them.
    """

    run: str
    step: int | Literal["best"] | None
    out: str
    dtype: Literal["float32", "bfloat16"] | None
    dry_run: bool

    @field_validator("step", mode="plain")
    @classmethod
    def _is_step(cls, step: object) -> object:
        """One fault for all that it is not, in place of one for each kind that it may be."""
        if step in (None, "best") or (type(step) is int and step > 0):
            return step
        raise PydanticCustomError("step", "should be the number of a step, best, or null")
