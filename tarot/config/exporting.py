"""The resolved config of `tarot export`."""

from typing import Literal

from tarot.config.steps import Step
from tarot.config.strict import Strict


class ExportConfig(Strict):
    """A checkpoint of a run, None for the last, and the folder that it becomes.

    `dtype` is the number format of the weights, None for the one in which the run holds them.
    """

    run: str
    step: Step
    out: str
    dtype: Literal["float32", "bfloat16"] | None
    dry_run: bool
