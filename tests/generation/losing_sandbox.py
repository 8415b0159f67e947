"""A sandbox that goes out at work."""

from collections.abc import Sequence

from tarot.sandbox.batch import LOST
from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, Job

_SOUND_BATCHES = 2


class LosingSandbox(LocalSandbox):
    """Runs a first program and a first batch, and loses the last job of every later one."""

    _num_batches = 0

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        self._num_batches += 1
        executions = super().run(jobs)
        return executions if self._num_batches <= _SOUND_BATCHES else [*executions[:-1], LOST]
