import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from adversarial_rows import missed, read_rows

from tarot.sandbox.local import LAYERS

UID = 54321
NUM_ROWS = 59

each_choice_of_layers = pytest.mark.parametrize(
    "layers", [LAYERS, ("seccomp", "landlock")], ids=["all layers", "seccomp and Landlock alone"]
)


@each_choice_of_layers
def test_every_adversarial_program_gets_its_verdict(
    shared: Path, tmp_path: Path, layers: tuple[str, ...]
) -> None:
    rows = read_rows(shared / "adversarial.jsonl", tmp_path)

    assert len(rows) == NUM_ROWS
    assert missed(rows, layers) == {}
    assert (tmp_path / "victim").read_text() == "precious"


@pytest.mark.skipif(os.geteuid() != 0, reason="LOUD: only root can become another user")
@each_choice_of_layers
def test_an_ordinary_user_gets_the_same_verdicts(
    shared: Path, root: Path, layers: tuple[str, ...]
) -> None:
    python = _python_for(UID, root)
    with (shared / "adversarial.jsonl").open() as rows:
        result = subprocess.run(
            [python, root / "tests/grading/adversarial_rows.py", "/dev/stdin", ",".join(layers)],
            stdin=rows,
            user=UID,
            group=UID,
            extra_groups=[],
            env={"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            cwd="/",
            check=False,
        )

    assert result.stderr == b""
    assert json.loads(result.stdout) == {}


def _python_for(uid: int, root: Path) -> str:
    """An interpreter that the user can run on this checkout, or a skipped test."""
    for python in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        check = "import sys, tarot.sandbox.local; assert sys.version_info >= (3, 11)"
        command = [python or "false", "-c", check]
        env = {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            subprocess.run(command, user=uid, env=env, cwd="/", capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return command[0]
    pytest.skip(f"LOUD: uid {uid} can read no Python 3.11 or not this checkout: not tested")
