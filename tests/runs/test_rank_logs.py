"""The exit code that a process of a training leaves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tarot.runs import RunDirectory
from tarot.runs.rank_logs import KEEP_LOGS, exit_code

PROGRAM = """
import os, sys
from pathlib import Path
from tarot.runs import RunDirectory
from tarot.runs.exits import Exit
from tarot.runs.rank_logs import logged
sys.exit(logged(RunDirectory(Path(".")), lambda: {work}))
"""


@pytest.mark.parametrize(
    ("work", "code"),
    [("Exit.INTERRUPTED", 130), ("1 / 0", 1), ("os.kill(os.getpid(), 9)", None)],
)
def test_every_process_leaves_its_exit_code_but_one_that_is_killed(
    tmp_path: Path, root: Path, work: str, code: int | None
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(work=work)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), KEEP_LOGS: "1"},
        check=False,
    )
    assert exit_code(RunDirectory(tmp_path), 0) == code
    assert ended.returncode == (-9 if code is None else code)
