"""The corpus and the shared adversarial programs on the local sandbox, as root and as a user."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness_script import encoded, unmet

from tarot.conformance.reading import corpus, read_rows
from tarot.conformance.rows import Row
from tarot.sandbox.local import LAYERS

UID = 54321

each_choice_of_layers = pytest.mark.parametrize(
    "layers", [LAYERS, ("seccomp", "landlock")], ids=["all layers", "seccomp and Landlock alone"]
)


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[Row]:
    """Ours and the shared ones, with names that tell them apart."""
    return corpus() + read_rows(shared / "adversarial.jsonl")


def test_the_corpus_is_wider_than_the_shared_programs(rows: list[Row]) -> None:
    assert len(rows) - len(corpus()) == 59
    assert len(corpus()) > 2 * 59
    assert len({row.name for row in rows}) == len(rows)


@each_choice_of_layers
def test_every_program_gets_its_verdict(rows: list[Row], layers: tuple[str, ...]) -> None:
    assert unmet(rows, layers) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="LOUD: only root can become another user")
@each_choice_of_layers
def test_an_ordinary_user_gets_the_same_verdicts(
    rows: list[Row], root: Path, layers: tuple[str, ...]
) -> None:
    result = subprocess.run(
        [_python_for(UID, root), Path(__file__).with_name("harness_script.py"), ",".join(layers)],
        input=encoded(rows),
        user=UID,
        group=UID,
        extra_groups=[],
        env={"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        cwd="/",
        check=False,
    )

    assert result.stderr == b""
    assert json.loads(result.stdout) == []


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
