"""The resolved config of `tarot pack`."""

from tarot.config.reporting import SweepConfig
from tarot.config.strict import Strict


class PackConfig(Strict):
    """A run or a sweep to put into the archive `out`, None for one named after it.

    `with_data` takes local files of data along; `checked` are files of the archive in which what
    looks like a secret is none.
    """

    run: str | None
    sweep: SweepConfig
    out: str | None
    with_data: bool
    checked: list[str]
