"""Rewards and sandboxes that fail in a stated step, for runs that tests start."""

import os
import signal
import time
from collections.abc import Sequence
from typing import Any

from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, GradedCompletion, Job, RewardValue


class LetterReward:
    """The share of small letters in a completion, which a random model can learn from.

    In the step that the variable RAISE_AT names it raises; in that of KILL_AT it kills the process
    whose rank KILL_RANK names.
    """

    part_names = ("letters",)

    def __init__(self, **_: Any) -> None:
        pass

    def __call__(self, completions: Sequence[GradedCompletion]) -> list[RewardValue | None]:
        if completions[0].step == int(os.environ.get("RAISE_AT", "0")):
            raise KeyError("oops")
        return [RewardValue(value, {"letters": value}) for value in map(self._value, completions)]

    def _value(self, completion: GradedCompletion) -> float:
        text = completion.completion
        return sum(character.islower() for character in text) / (len(text) or 1)


class LateOnRankOne(LocalSandbox):
    """Keeps the others waiting: the second process judges `late_s` later in its call `late_in`.

    In the call that the variable KILL_IN names, the second process dies instead.
    """

    def __init__(self, late_in: int = 0, late_s: float = 0, **settings: Any) -> None:
        super().__init__(**{**settings, "slots": 1})
        self._late_in, self._late_s, self._num_calls = late_in, late_s, 0

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self._num_calls += 1
        if os.environ["RANK"] == "1":
            if self._num_calls == int(os.environ.get("KILL_IN", "0")):
                os.kill(os.getpid(), signal.SIGKILL)
            if self._num_calls == self._late_in:
                time.sleep(self._late_s)
        return super().run(jobs)
