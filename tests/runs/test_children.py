"""Processes that end with the block that started them."""

import os
from pathlib import Path

import psutil

from tarot.runs.children import Children


def test_a_child_that_is_started_after_the_kill_is_killed_too(tmp_path: Path) -> None:
    with Children() as children:
        children.kill()
        child = children.start(["sleep", "60"], tmp_path / "log", os.environ)
        assert child.process.wait(20) == -9


def test_an_inner_block_ends_its_own_and_no_others(tmp_path: Path) -> None:
    with Children() as outer:
        kept = outer.start(["sleep", "60"], tmp_path / "log", os.environ)
        with Children() as inner:
            orphan = "setsid sh -c 'sleep 60; true' & echo $!"
            started = inner.start(
                ["sh", "-c", orphan], tmp_path / "log", os.environ, tmp_path / "pid"
            )
            started.process.wait()
            pid = int((tmp_path / "pid").read_text())
            assert psutil.pid_exists(pid)
        assert not psutil.pid_exists(pid)
        assert kept.process.poll() is None
    assert kept.process.poll() == -9
