"""A reward, a sandbox and a data source that fail where the environment says, for tests.

Their settings are the same whether they fail or not, so that the run is the same.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from tarot.data import Split
from tarot.data.starter.source import StarterSource
from tarot.runs import child
from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, GradedCompletion, Job, Problem, RewardValue, UserError


class LetterReward:
    """The share of small letters in a completion, from which a random model learns, and noise.

    The noise is drawn from the generators of Python and NumPy. In step `RAISE_AT` it raises, in
    step `FILL_AT` it fills the disk on which the folder `disk` is.
    """

    part_names = ("letters",)

    def __init__(self, **_: Any) -> None:
        pass

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        if completions[0].step == int(os.environ.get("RAISE_AT", "0")):
            raise KeyError("oops")
        if completions[0].step == int(os.environ.get("FILL_AT", "0")):
            _fill(Path("disk/filler"))
        return [RewardValue(value, {"letters": value}) for value in map(self._value, completions)]

    def _value(self, completion: GradedCompletion) -> float:
        text = completion.completion
        share = sum(character.islower() for character in text) / (len(text) or 1)
        return share + (random.random() + float(np.random.random())) / 10


@dataclass(frozen=True)
class FaultySource(StarterSource):
    """Ends the process of a cold start that loads it, in the way that `END_COLD_START` says."""

    def load(self, split: Split) -> tuple[Problem, ...]:
        if _module() == "tarot.training.cold_start":
            match os.environ.get("END_COLD_START"):
                case "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "raise":
                    raise KeyError("oops")
                case "refuse":
                    raise UserError("data.key: mend it")
                case "interrupt":
                    signal.raise_signal(signal.SIGINT)
        return super().load(split)


class FaultySandbox(LocalSandbox):
    """Counts its calls, of which the first is the self-check.

    `HOLD_IN=tarot.training.probing:2` holds that module's process in its second call, with the file
    `held` to show it, until as many signals have come as `HOLD_FOR` says, or one. Of several
    processes the second one dies in call `KILL_IN`, and comes `late_s` late in call `late_in`.
    """

    def __init__(self, late_in: int = 0, late_s: float = 0, **settings: Any) -> None:
        super().__init__(**{**settings, "slots": 1})
        self._late_in, self._late_s, self._num_calls = late_in, late_s, 0

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self._num_calls += 1
        if os.environ.get("HOLD_IN") == f"{_module()}:{self._num_calls}":
            _hold(int(os.environ.get("HOLD_FOR", "1")))
        if os.environ.get("RANK") == "1":
            if self._num_calls == int(os.environ.get("KILL_IN", "0")):
                os.kill(os.getpid(), signal.SIGKILL)
            if self._num_calls == self._late_in:
                time.sleep(self._late_s)
        return super().run(jobs)


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def _hold(num_signals: int) -> None:
    arrived: list[int] = []

    def counted(kept: Any) -> Callable[[int, FrameType | None], None]:
        def on_signal(number: int, frame: FrameType | None) -> None:
            arrived.append(number)
            kept(number, frame)

        return on_signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, counted(signal.getsignal(number)))
    Path("held").touch()
    while len(arrived) < num_signals:
        time.sleep(0.01)


def _module() -> str:
    """The module of a run's child that this process was started for."""
    spec = sys.modules["__main__"].__spec__
    name = "" if spec is None else spec.name.removesuffix(".__main__")
    return sys.argv[1] if name == child.__name__ else name
