"""The processes that a launcher starts."""

import os
from pathlib import Path

from launchers.children import Children


def test_a_child_that_is_started_after_the_kill_is_killed_too(tmp_path: Path) -> None:
    with Children() as children:
        children.kill()
        child = children.start(["sleep", "60"], tmp_path / "log", os.environ)
        assert child.process.wait(20) == -9
