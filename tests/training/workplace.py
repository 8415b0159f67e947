"""A folder in which `train.py` trains the tiny model for a reward of the user's own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tarot.runs import RunDirectory

ROOT = Path(__file__).parents[2]
PATIENCE_S = 300
NUM_STEPS = 6

# A random model never solves a problem; for letters it earns something that it can learn from.
# HOLD_AT=N halts the run in step N, before its rollouts are written, until a signal.
REWARD = '''
import os
import signal
import time
from pathlib import Path
from tarot.types import RewardValue

class LetterReward:
    """The share of a completion's characters that are among `letters`."""

    part_names = ("letters",)

    def __init__(self, letters: str) -> None:
        self._letters = letters

    def __call__(self, completions):
        if completions[0].step == int(os.environ.get("HOLD_AT", "0")):
            hold()
        return [RewardValue(value, {"letters": value}) for value in map(self._value, completions)]

    def _value(self, completion):
        text = completion.completion
        return sum(character in self._letters for character in text) / (len(text) or 1)

def hold():
    arrived = []
    for number in (signal.SIGINT, signal.SIGTERM):
        kept = signal.getsignal(number)
        signal.signal(number, lambda *given, kept=kept: arrived.append(kept(*given)))
    Path("held").write_text(str(os.getpid()))
    while not arrived:
        time.sleep(0.01)
'''
LETTERS = """# @package reward
_target_: letters.LetterReward
letters: abcdefghijklmnopqrstuvwxyz
"""
# Three steps make an epoch, two accumulated batches a step.
SETTINGS = (
    "+experiment=tiny",
    "hydra.searchpath=[file://conf]",
    "reward=letters",
    "data.families=[count_digits]",
    "data.num_problems=6",
    "data.num_held_out=4",
    "evaluation.problems=1",
    "evaluation.unseen_problems=1",
    f"trainer.max_steps={NUM_STEPS}",
    "trainer.save_steps=2",
    "hardware.per_device_batch_size=2",
    "trainer.learning_rate=1e-3",
    "cold_start={problems: 4, epochs: 1, batch_size: 2, learning_rate: 1e-3, seed: 0}",
)

Finished = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Workplace:
    """A folder in which commands are typed, with `variables` in their environment."""

    folder: Path
    settings: tuple[str, ...] = SETTINGS
    variables: Mapping[str, str] = field(default_factory=dict)
    patience_s: float = PATIENCE_S
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self, *command: str, **variables: str) -> "subprocess.Popen[str]":
        """Start Python with `command`, and further `variables` in its environment."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TAROT_CACHE": str(self.folder / "cache"),
            "HF_HUB_OFFLINE": "1",
            **self.variables,
            **variables,
        }
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def finish(self, process: "subprocess.Popen[str]") -> Finished:
        """Wait for a command's end."""
        stdout, stderr = process.communicate(timeout=self.patience_s)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def train(self, *arguments: str) -> Finished:
        """`python train.py` with the settings and `arguments`, to its end."""
        return self.finish(self.start(str(ROOT / "train.py"), *self.settings, *arguments))

    def train_until_held(self, step: int, *arguments: str) -> tuple["subprocess.Popen[str]", int]:
        """The command and the id of its training child, which halts inside `step`."""
        held = self.folder / "held"
        held.unlink(missing_ok=True)
        command = (str(ROOT / "train.py"), *self.settings, *arguments)
        process = self.start(*command, HOLD_AT=str(step))
        wait_for(
            lambda: (held.exists() and held.read_text()) or process.poll() is not None,
            self.patience_s,
        )
        assert process.poll() is None, self.finish(process).stderr
        return process, int(held.read_text())

    def run(self, name: str) -> RunDirectory:
        """A run in this folder."""
        return RunDirectory.open(self.folder / name)


@contextmanager
def workplace_in(folder: Path, *settings: str) -> Iterator[Workplace]:
    """A folder with a reward of its own: a class, and a YAML file in a group beside the shipped."""
    (folder / "letters.py").write_text(REWARD)
    (folder / "conf" / "reward").mkdir(parents=True)
    (folder / "conf" / "reward" / "letters.yaml").write_text(LETTERS)
    place = Workplace(folder, (*SETTINGS, *settings))
    yield place
    for process in place.started:
        process.kill()


def wait_for(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
