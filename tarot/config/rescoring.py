"""The resolved config of `tarot rescore`."""

from pydantic import Field

from tarot.config.schema import Node
from tarot.config.strict import Strict


class RescoreConfig(Strict):
    """A run to score again, under policies by name; None and what is left out are the run's own.

    `grading` holds what is to differ from the run's, and `out` is a folder.
    """

    run: str
    curriculum: dict[str, Node]
    normalize: bool | None
    parts: dict[str, float] | None
    grading: Node = Field(default_factory=dict)
    execute: bool
    sandbox: Node
    out: str | None
