"""Run directories: identity, state, lock, step log and checkpoints.

`tarot.runs.rollouts` and `tarot.runs.comparison` need pyarrow, `tarot.runs.figures` matplotlib.
They are imported by name, so that preparing a run stays light.
"""

from tarot.runs.checkpoints import mark_complete
from tarot.runs.directory import DirectoryState, RunDirectory
from tarot.runs.files import read_json, write_atomically, write_json
from tarot.runs.identity import config_sha, differing_keys
from tarot.runs.log import StepLog
from tarot.runs.preparation import locate, prepare

__all__ = [
    "DirectoryState",
    "RunDirectory",
    "StepLog",
    "config_sha",
    "differing_keys",
    "locate",
    "mark_complete",
    "prepare",
    "read_json",
    "write_atomically",
    "write_json",
]
