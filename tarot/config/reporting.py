"""The resolved config of `tarot report`."""

from pydantic import Field

from tarot.config.schema import Node
from tarot.config.strict import Strict


class SweepConfig(Strict):
    """A sweep by its directory."""

    directory: str | None


class ReportConfig(Strict):
    """A run or a sweep to look at, and its page: where it goes, None for its directory.

    `completions` at most can be read in a run's page; with `execute` they are run again.
    """

    run: str | None
    sweep: SweepConfig
    page: bool
    out: str | None
    completions: int = Field(ge=0)
    execute: bool
    sandbox: Node
