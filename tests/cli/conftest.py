"""Running the command as a user does, in a child process, and a sweep that has been run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.runs.sweep import SweepDirectory
from tests.cli.scripted import LAUNCHER, SEEDS, SWEEP

ENDS = ("launcher.failed=[2]", "launcher.submitted=[3]", "launcher.interrupted=[4]")

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(root: Path, tmp_path: Path) -> Cli:
    """`cli("train", "seed=1")` in an empty folder, without GPUs and with a hub out of reach."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            **os.environ,
            "PYTHONPATH": str(root),
            "CUDA_VISIBLE_DEVICES": "",
            "HF_HOME": str(tmp_path / "hub"),
            "HF_ENDPOINT": "http://127.0.0.1:9",
        }
        environment.pop("HF_TOKEN", None)
        command = [sys.executable, "-m", "tarot.cli", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Cli:
    """As `cli`, in this process, which has imported already what a command imports."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        code = main(arguments)
        return subprocess.CompletedProcess(arguments, code, *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Five runs: one finishes, one fails, one is submitted, one stops, one never starts."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "swept.py").write_text(LAUNCHER)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(folder)
        assert main([*SWEEP, SEEDS, *ENDS]) == 130
        yield folder
    sys.modules.pop("swept", None)


@pytest.fixture
def sweep(swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SweepDirectory:
    """These runs and their sweep in a folder of the test's own."""
    shutil.copytree(swept, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    (path,) = Path("sweeps").iterdir()
    return SweepDirectory.open(path)
