"""The lock between real processes."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tarot.runs import RunDirectory, prepare
from tarot.runs.lock import exclusive
from tarot.types import UserError

Child = Callable[[str], "subprocess.Popen[str]"]
HOLD = """
import os, sys, time
from pathlib import Path
from tarot.runs.lock import exclusive
with exclusive(Path({path!r})):
    {inside}
    time.sleep(60)
"""
SAY = 'print("held", flush=True)'
# An orphan that outlives its parent, as a forked worker may.
FORK = f"if not os.fork():\n        {SAY}\n        time.sleep(5)\n        os._exit(0)"


def test_a_second_process_is_told_who_holds_the_run(config: dict[str, Any], child: Child) -> None:
    run = prepare(config, "data")
    holder = child(HOLD.format(path=str(run.path / "lock"), inside=SAY))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(UserError, match=f"process {holder.pid} runs it"), run.lock():
        pass
    with pytest.raises(UserError, match=f"process {holder.pid} runs it"):
        prepare(config, "data")


@pytest.mark.parametrize("inside", [SAY, FORK], ids=["alone", "with a forked worker"])
def test_a_killed_process_lets_go(tmp_path: Path, child: Child, inside: str) -> None:
    holder = child(HOLD.format(path=str(tmp_path / "lock"), inside=inside))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with exclusive(tmp_path / "lock"):
        pass


def test_who_waits_is_told_so_and_gets_the_lock_when_it_is_free(
    tmp_path: Path, child: Child
) -> None:
    holder = child(HOLD.format(path=str(tmp_path / "lock"), inside=SAY))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    told: list[int | None] = []

    def end_it() -> None:
        told.append(holder.poll())
        holder.kill()

    with exclusive(tmp_path / "lock", on_wait=end_it):
        assert holder.wait() != 0
    assert told == [None]


def test_a_lock_can_be_taken_again_after_use(tmp_path: Path) -> None:
    for _ in range(2):
        with RunDirectory(tmp_path).lock():
            pass
