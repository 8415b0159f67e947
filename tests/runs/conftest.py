"""A small config, and ways to run code in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Child = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def config(tmp_path: Path) -> dict[str, Any]:
    return {
        "name": "demo",
        "seed": 42,
        "runs_dir": str(tmp_path / "runs"),
        "run_dir": None,
        "model": {
            "id": "some/model",
            "revision": None,
            "architecture": {"layers": 2, "context_length": 512},
        },
        "data": {"_target_": "tarot.data.JsonlSource", "path": "a.jsonl"},
        "hardware": {"device": "cpu", "dtype": "float32", "processes": 1},
        "trainer": {"learning_rate": 1e-6, "save_steps": 4, "beta": 0.0},
        "launcher": {"_target_": "launchers.local.LocalLauncher"},
    }


@pytest.fixture
def child() -> Iterator[Child]:
    """Start Python code in a child whose output is read by line; ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str) -> "subprocess.Popen[str]":
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
