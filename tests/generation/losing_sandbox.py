"""A sandbox that goes out at work."""

from collections.abc import Sequence

from tarot.sandbox.batch import LOST
from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, Job


class LosingSandbox(LocalSandbox):
    """Runs a first batch, by which it is tried, and loses the last job of every later one."""

    _is_tried = False

    def run(self, jobs: Sequence[Job]) -> list[Execution]:
        executions = super().run(jobs)
        lost, self._is_tried = self._is_tried, True
        return [*executions[:-1], LOST] if lost else executions
