"""Which tests `make test` gives to one worker; a plugin of pytest that needs pytest-xdist."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

TOGETHER = "tests/training/whole/"


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """A worker takes a file, or all files of the folder that share a run which takes long."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """In place of the one that `--dist` names."""
    return Scheduling(config, log)
