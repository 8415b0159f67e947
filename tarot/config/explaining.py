"""The resolved config of `tarot explain`."""

from tarot.config.strict import Strict


class ExplainConfig(Strict):
    """A run to look through, and a file for what is found as JSON, None for none."""

    run: str
    out: str | None
