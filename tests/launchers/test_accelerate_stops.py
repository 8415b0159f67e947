"""How `launcher=accelerate` tells the end of a training that was asked to stop."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tarot.cli.composition import compose

PARENT = """
import sys
from launchers.accelerate import AccelerateLauncher
from tarot.types import Run
outcome = AccelerateLauncher().launch(Run(".", (sys.executable, "training.py")))
print(outcome.state, outcome.detail.splitlines()[-1:], sep="\\n")
"""
TRAINING = """
import signal, sys, time
from pathlib import Path
from tarot.runs import RunDirectory
from tarot.runs.rank_logs import logged
def save(number, frame):
    {save}
def work():
    signal.signal(signal.SIGINT, save)
    Path("ready").write_text("")
    time.sleep(60)
sys.exit(logged(RunDirectory(Path(".")), work))
"""
PATIENCE_S = 120


@pytest.mark.parametrize(
    ("save", "told"),
    [
        ("raise OSError('no checkpoint')", "failed\n['OSError: no checkpoint']\n"),
        ("import os; os.kill(os.getpid(), 9)", "interrupted\n[]\n"),
    ],
)
def test_one_that_was_not_killed_but_could_not_save_has_failed(
    tmp_path: Path, root: Path, save: str, told: str
) -> None:
    (job,) = compose("train", ["hardware=cpu", "hardware.per_device_batch_size=1"])
    (tmp_path / "config.json").write_text(json.dumps(job.config))
    (tmp_path / "training.py").write_text(TRAINING.format(save=save))
    launcher = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while not (tmp_path / "ready").exists():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    launcher.send_signal(signal.SIGINT)
    output, _ = launcher.communicate(timeout=PATIENCE_S)
    assert output == told
