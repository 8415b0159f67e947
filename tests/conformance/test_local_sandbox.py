"""The corpus and the shared adversarial programs on the local sandbox, as root and as a user."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tarot.conformance.reading import corpus, read_rows
from tarot.conformance.rows import Row
from tarot.sandbox.local import LAYERS

UID = 54321
NUM_SHARED = 59
NUM_EFFECTS = 3

ALL = pytest.param(LAYERS, id="all layers")
ALL_LATER = pytest.param(LAYERS, id="all layers", marks=pytest.mark.soak)
FEW = pytest.param(("seccomp", "landlock"), id="seccomp and Landlock alone")
FEW_LATER = pytest.param(
    ("seccomp", "landlock"), id="seccomp and Landlock alone", marks=pytest.mark.soak
)


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[Row]:
    """Ours and the shared ones."""
    return corpus() + read_rows(shared / "adversarial.jsonl")


def test_the_corpus_is_wider_than_the_shared_programs(rows: list[Row]) -> None:
    assert len(corpus()) > 2 * NUM_SHARED
    assert len({row.name for row in rows}) == len(corpus()) + NUM_SHARED


@pytest.mark.parametrize("layers", [ALL, FEW_LATER])
def test_every_program_gets_its_verdict(
    rows: list[Row], root: Path, layers: tuple[str, ...]
) -> None:
    assert_all_met(rows, root, sys.executable, layers)


@pytest.mark.skipif(os.geteuid() != 0, reason="LOUD: only root can become another user")
@pytest.mark.parametrize("layers", [ALL_LATER, FEW])
def test_an_ordinary_user_gets_the_same_verdicts(
    rows: list[Row], root: Path, layers: tuple[str, ...]
) -> None:
    assert_all_met(rows, root, _python_for(UID, root), layers, UID)


def assert_all_met(
    rows: list[Row],
    root: Path,
    python: str,
    layers: tuple[str, ...],
    user: int | None = None,
) -> None:
    """Try the rows in a process of `user`; every one is due, and met."""
    result = subprocess.run(
        [python, Path(__file__).with_name("harness_script.py"), ",".join(layers)],
        input=json.dumps([asdict(row) for row in rows]).encode(),
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        env={"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        cwd="/",
        check=False,
    )

    assert result.stderr == b""
    assert json.loads(result.stdout) == {"num_findings": len(rows) + NUM_EFFECTS, "unmet": []}


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
