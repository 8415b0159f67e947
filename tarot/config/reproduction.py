"""The resolved config of `tarot reproduce`."""

from tarot.config.schema import Node
from tarot.config.strict import Strict


class ReproduceConfig(Strict):
    """A run to start again, or runs of a snapshot, and the directory to do it in.

    `pick` matches the names of a snapshot's runs; the nodes take the place of what a run has.
    """

    run: str | None
    snapshot: str | None
    pick: str | None
    into: str | None
    dry_run: bool
    hardware: Node | None = None
    launcher: Node | None = None
    sandbox: Node | None = None
    tracker: Node | None = None
